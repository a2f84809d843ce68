import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, parseEnvironment } from './environment.ts';

const URL_A = 'postgres://app:secret@db.example/a';
const URL_B = 'postgres://app:secret@db.example/b';
const SECRET = 'x'.repeat(32);
const KEY = randomBytes(32).toString('base64');

type Variables = Record<string, string>;

/** The sentence with which the variables are refused; fails when they are accepted. */
function refusal(variables: Variables): string {
  try {
    parseEnvironment(variables);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(variables)}`);
}

describe('without any variable', () => {
  it('means the embedded database, loopback, and nobody let in by token', () => {
    expect(parseEnvironment({})).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      SYNC_URL: 'http://127.0.0.1:3000',
      SYNC_DATA_DIR: '.data',
      SYNC_DB_POOL_SIZE: 10,
      SYNC_DB_WAITING: 200,
      SYNC_MAX_CONNECTIONS: 10_000,
      SYNC_MAX_CONNECTIONS_PER_ADDRESS: 2_000,
      SYNC_CHANGES_RETENTION_DAYS: 30,
      SYNC_ITEMS_RETENTION_DAYS: 90,
      SYNC_ORG_ACTIVE_SYNCS: 10_000,
      SYNC_ORG_ALERT_RULES: 100,
      SYNC_ORG_CHANGES_MIB: 1_024,
      SYNC_ORG_ITEMS_MIB: 1_024,
      SYNC_ORG_CONNECTIONS: 200,
      SYNC_ORG_KEYS: 200,
      SYNC_ORG_MEMBERS: 5_000,
      SYNC_OIDC_NAME: 'your organization',
      SYNC_OIDC_SCOPE: 'openid profile email',
      SYNC_OIDC_ORG_CLAIM: 'org_id',
      SYNC_OIDC_SESSION_MINUTES: 60,
      SYNC_ORG_PREVIEW_MIB: 256,
      SYNC_ORG_FOUND_MIB: 2_048,
      SYNC_ORG_RECORDS: 5_000_000,
      SYNC_ORG_REQUESTS_PER_SECOND: 200,
      SYNC_ORG_SCHEDULES: 1_000,
      SYNC_ORG_WEBHOOK_ENDPOINTS: 20,
      SYNC_WEBHOOK_FAILING_DAYS: 5,
      SYNC_ORG_STREAMS: 200,
      SYNC_PRINCIPAL_REQUESTS_PER_SECOND: 150,
      SYNC_REQUEST_SECONDS: 30,
      SYNC_DRAIN_SECONDS: 2,
      SYNC_UNKNOWN_KEYS_PER_SECOND: 30,
      SYNC_ORG_DB_WAITING: 500,
      SYNC_ALLOW_PRIVATE_ADDRESSES: false,
      SYNC_WORKER: 'on',
      SYNC_WORKER_CONCURRENCY: 8,
      SYNC_ORG_CONCURRENCY: 4,
      SYNC_LEASE_SECONDS: 15,
      SYNC_LATE_WRITE_SECONDS: 330,
      SYNC_RECONCILE_SAMPLE: 50,
      SYNC_SILENT_MINUTES: 15,
      LOG_LEVEL: 'info',
      AWS_REGION: 'us-east-1',
      OTEL_SERVICE_NAME: 'sync-operations',
      SYNC_METRICS_CONNECTIONS: false,
      OTEL_TRACES_SAMPLER_ARG: 1,
      databaseUrl: undefined,
      databaseVariable: undefined,
    });
  });

  it('is the same as with every variable empty', () => {
    const empty = Object.fromEntries(
      [
        ...['PORT', 'HOST', 'SYNC_DATA_DIR', 'NEON_DATABASE_URL', 'DATABASE_URL', 'MIGRATION_DATABASE_URL'],
        ...['SYNC_DB_POOL_SIZE', 'SYNC_JWT_SECRET', 'SYNC_JWKS_URL', 'SYNC_JWT_ISSUER', 'SYNC_JWT_AUDIENCE'],
        ...[
          'SYNC_JWT_SCOPE_CLAIM',
          'SYNC_DEV_API_KEY',
          'SYNC_ENCRYPTION_KEYS',
          'SYNC_WORKER',
          'SYNC_SILENT_MINUTES',
          'LOG_LEVEL',
        ],
        ...['SYNC_ACTIVITY_RETENTION_MONTHS', 'SYNC_ALLOW_PRIVATE_ADDRESSES', 'SYNC_WORKER_CONCURRENCY'],
        ...['SYNC_ORG_CONCURRENCY', 'SYNC_LEASE_SECONDS', 'SYNC_ORG_DB_CONNECTIONS', 'SYNC_ORG_DB_WAITING'],
      ].map((name) => [name, '']),
    );
    expect(parseEnvironment(empty)).toEqual(parseEnvironment({}));
  });
});

it('cannot be changed afterwards, and leaves out what is not ours', () => {
  const environment = parseEnvironment({ PORT: '8080', PATH: '/bin' });
  expect(Object.isFrozen(environment)).toBe(true);
  expect(environment).toMatchObject({ PORT: 8080 });
  expect(environment).not.toHaveProperty('PATH');
});

describe('the database', () => {
  it('is named by either variable, or by both when they agree', () => {
    expect(parseEnvironment({ DATABASE_URL: URL_A }).databaseUrl).toBe(URL_A);
    expect(parseEnvironment({ NEON_DATABASE_URL: URL_A }).databaseUrl).toBe(URL_A);
    expect(parseEnvironment({ NEON_DATABASE_URL: URL_A, DATABASE_URL: URL_A }).databaseUrl).toBe(URL_A);
    expect(parseEnvironment({ DATABASE_URL: `${URL_A}?sslmode=verify-full` }).databaseUrl).toContain('verify-full');
    expect(parseEnvironment({ DATABASE_URL: URL_A.replace('postgres', 'postgresql') }).databaseUrl).toBeDefined();
  });
});

it('a public address has no slash at its end', () => {
  const { SYNC_PUBLIC_URL: url } = parseEnvironment({ SYNC_PUBLIC_URL: 'https://sync.example/base/' });
  expect(url).toBe('https://sync.example/base');
});

describe('encryption keys', () => {
  it('are read in their order, the newest first', () => {
    const { SYNC_ENCRYPTION_KEYS: keys } = parseEnvironment({ SYNC_ENCRYPTION_KEYS: `k2:${KEY}, k1:${KEY}` });
    expect(keys?.map(({ id }) => id)).toEqual(['k2', 'k1']);
  });
});

describe('a wrong variable', () => {
  const cases: [name: string, ...wrong: string[]][] = [
    ['PORT', 'http', '-1', '65536', '3000.5', '3000 3001'],
    ['NEON_DATABASE_URL', 'db.example', 'mysql://u@h/d', 'postgres://u@h', 'postgres://u@h/'],
    ['DATABASE_URL', 'db.example', 'mysql://u@h/d', 'postgres://u@h', 'postgres://u@h/'],
    ['MIGRATION_DATABASE_URL', 'db.example', 'http://u@h/d', 'postgres://u@h'],
    ['SYNC_DB_POOL_SIZE', '0', '1', '201', 'ten'],
    ['SYNC_CORS_ORIGINS', '*', 'app.example', 'https://app.example/', 'https://a.example, https://b.example'],
    ['SYNC_DOCS_SHOP_URL', 'shop.example', 'ftp://shop.example', 'https://shop.example?page=1'],
    ['SYNC_DOCS_ERP_URL', 'erp.example', 'ftp://erp.example', 'https://user@erp.example'],
    ['SYNC_TRUSTED_PROXIES', 'proxy.example', '10.0.0.0/33', '10.0.0.1,', '10.0.0.1 10.0.0.2'],
    ['SYNC_ORG_DB_CONNECTIONS', '0', '201', 'half'],
    ['SYNC_ORG_DB_WAITING', '0', '100001', 'all'],
    ['SYNC_JWT_SECRET', 'short'],
    ['SYNC_JWKS_URL', 'issuer.example', 'ftp://issuer.example/keys'],
    ['SYNC_PUBLIC_URL', 'sync.example', 'ftp://sync.example', 'https://sync.example?a=b', 'https://u:p@sync.example'],
    ['SYNC_JWT_SCOPE_CLAIM', 'scp roles', 'scp,', ',', 'scp,,roles'],
    ['SYNC_DEV_API_KEY', 'short'],
    [
      'SYNC_ENCRYPTION_KEYS',
      KEY,
      `k1:${KEY.slice(1)}`,
      `k 1:${KEY}`,
      `k1:${KEY},`,
      `k1:${KEY},k2`,
      `k1:${KEY},k1:${KEY}`,
    ],
    ['SYNC_ALLOW_PRIVATE_ADDRESSES', 'yes', '1', 'TRUE'],
    ['SYNC_WORKER', 'yes', 'true', 'ON'],
    ['SYNC_WORKER_CONCURRENCY', '0', '101'],
    ['SYNC_ORG_CONCURRENCY', '0', '101'],
    ['SYNC_LEASE_SECONDS', '1', '601'],
    ['SYNC_SILENT_MINUTES', '0', '10081', '1.5', 'never'],
    ['SYNC_ACTIVITY_RETENTION_MONTHS', '0', '1201', 'forever'],
    ['SYNC_TRAIL_EXPORT_URL', 'trail', '/var/trail', 's3://trail'],
    ['LOG_LEVEL', 'loud', 'INFO'],
  ];

  it.each(cases.flatMap(([name, ...wrong]) => wrong.map((value) => [name, value])))(
    'is refused with one sentence that begins with its name: %s=%s',
    (name, value) => {
      const sentence = refusal({ [name]: value });
      expect(sentence).toMatch(new RegExp(`^${name} (must|needs|is) .+\\.$`));
      expect(sentence).not.toContain('\n');
    },
  );

  it('is refused without its value when that is a secret', () => {
    expect(refusal({ SYNC_JWT_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(refusal({ SYNC_ENCRYPTION_KEYS: 'k1:hunter2' })).not.toContain('hunter2');
    expect(refusal({ DATABASE_URL: 'mysql://app:hunter2@db.example/a' })).not.toContain('hunter2');
  });
});

const RETENTION = { SYNC_ACTIVITY_RETENTION_MONTHS: '12', SYNC_TRAIL_EXPORT_URL: 'file:///trail' };

describe('variables that contradict each other', () => {
  const cases: [why: string, variables: Variables, sentence: RegExp][] = [
    [
      'two different databases',
      { NEON_DATABASE_URL: URL_A, DATABASE_URL: URL_B },
      /^DATABASE_URL is another database than NEON_DATABASE_URL; .*\.$/,
    ],
    [
      'a shared secret and published keys',
      { SYNC_JWT_SECRET: SECRET, SYNC_JWKS_URL: 'https://issuer.example/keys' },
      /^SYNC_JWKS_URL and SYNC_JWT_SECRET are both set; .*\.$/,
    ],
    ['an issuer without a key', { SYNC_JWT_ISSUER: 'https://issuer.example' }, /^SYNC_JWT_ISSUER needs .*\.$/],
    ['a claim without a key', { SYNC_JWT_SCOPE_CLAIM: 'scp' }, /^SYNC_JWT_SCOPE_CLAIM needs .*\.$/],
    ['an audience without a key', { SYNC_JWT_AUDIENCE: 'sync' }, /^SYNC_JWT_AUDIENCE needs .*\.$/],
    [
      'a development key for a database of your own',
      { DATABASE_URL: URL_A, SYNC_DEV_API_KEY: 'a-development-key' },
      /^SYNC_DEV_API_KEY works with the embedded Postgres only; .*\.$/,
    ],
    [
      'retention without the owner',
      { DATABASE_URL: URL_A, SYNC_ACTIVITY_RETENTION_MONTHS: '12', SYNC_TRAIL_EXPORT_URL: 'file:///trail' },
      /^SYNC_ACTIVITY_RETENTION_MONTHS needs MIGRATION_DATABASE_URL: .*\.$/,
    ],
    [
      'retention without an archive',
      { SYNC_ACTIVITY_RETENTION_MONTHS: '12' },
      /^SYNC_ACTIVITY_RETENTION_MONTHS needs SYNC_TRAIL_EXPORT_URL: .*\.$/,
    ],
    [
      'a bucket without its keys',
      { SYNC_TRAIL_EXPORT_URL: 'https://s3.example/trail', AWS_ACCESS_KEY_ID: 'id' },
      /^SYNC_TRAIL_EXPORT_URL is a bucket and needs .*\.$/,
    ],
  ];

  it.each(cases)('are refused: %s', (_why, variables, sentence) => {
    expect(refusal(variables)).toMatch(sentence);
  });

  it.each<[string, Variables]>([
    [
      'an issuer and an audience with a secret',
      { SYNC_JWT_SECRET: SECRET, SYNC_JWT_ISSUER: 'i', SYNC_JWT_AUDIENCE: 'a' },
    ],
    ['a development key with the embedded database', { SYNC_DEV_API_KEY: 'a-development-key' }],
    ['retention with the embedded database', RETENTION],
    ['retention with the owner', { DATABASE_URL: URL_A, MIGRATION_DATABASE_URL: URL_B, ...RETENTION }],
  ])('are not: %s', (_what, variables) => {
    expect(() => parseEnvironment(variables)).not.toThrow();
  });
});

describe('The identity provider', () => {
  const all = {
    ...{ SYNC_OIDC_ISSUER: 'https://id.example', SYNC_OIDC_CLIENT_ID: 'sync', SYNC_PUBLIC_URL: 'https://sync.example' },
    SYNC_OIDC_ROLE_CLAIM: 'groups',
  };

  it('gives roles by the values of a claim', () => {
    const { SYNC_OIDC_ROLES: roles } = parseEnvironment({
      ...all,
      SYNC_OIDC_ROLES: 'Sync ops=operator, x=viewer+payloads',
    });
    expect(roles).toEqual([
      { value: 'Sync ops', role: 'operator', payloads: false },
      { value: 'x', role: 'viewer', payloads: true },
    ]);
  });

  it.each([
    ['http elsewhere', { ...all, SYNC_OIDC_ISSUER: 'http://id.example' }, /^SYNC_OIDC_ISSUER must be an https URL\.$/],
    ['no client', { ...all, SYNC_OIDC_CLIENT_ID: '' }, /^SYNC_OIDC_CLIENT_ID is needed/],
    ['no way back', { ...all, SYNC_PUBLIC_URL: '' }, /^SYNC_PUBLIC_URL is needed/],
    ['no issuer', { SYNC_OIDC_CLIENT_ID: 'sync' }, /^SYNC_OIDC_CLIENT_ID needs SYNC_OIDC_ISSUER/],
    ['another role', { ...all, SYNC_OIDC_ROLES: 'a=owner' }, /^SYNC_OIDC_ROLES must be value=role/],
    [
      'roles of no claim',
      { ...all, SYNC_OIDC_ROLE_CLAIM: '', SYNC_OIDC_ROLES: 'a=admin' },
      /^SYNC_OIDC_ROLE_CLAIM is needed/,
    ],
  ])('is refused in one sentence: %s', (_, variables, sentence) => {
    expect(() => parseEnvironment(variables)).toThrow(sentence);
  });
});
