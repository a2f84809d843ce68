import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL', abort: true })
  .refine((url) => new URL(url).pathname.length > 1, 'must name a database: postgres://user:password@host/database');

const encryptionKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(part.trim());
    if (!match) context.addIssue('must be id:key[,id:key…], each key 32 bytes in base64, the newest first');
    return { id: match?.[1] ?? '', key: match?.[2] ?? '' };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) context.addIssue('must not name an id twice');
  return keys;
});

const addresses = z
  .string()
  .refine(
    (text) => text.split(',').every((part) => ipaddr.isValid(part.trim()) || ipaddr.isValidCIDR(part.trim())),
    'must be addresses or CIDR ranges, with commas between them',
  );

const wholeNumber = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(message).int(message).min(least, message).max(most, message);
};

/** Where others reach the service; without a slash at its end. */
const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL', abort: true })
  .refine((url) => !/[?#@]/.test(url), 'must have no query, no fragment and no credentials')
  .transform((url) => url.replace(/\/+$/, ''));

/** An address, with a name before it or without. */
const MAILBOX = /^(?:[^<>\r\n]* <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/;

/** Names of claims, or paths to them, with commas. */
const claimNames = z
  .string()
  .regex(/^[^\s,]+(,[^\s,]+)*$/, 'must be names of claims, with commas and without spaces')
  .transform((text) => text.split(','));

/** Origins as browsers send them, with commas: no path, no slash at the end, no pattern. */
const origins = z
  .string()
  .transform((text) => text.split(','))
  .refine(
    (all) => all.every((one) => /^https?:/.test(one) && URL.canParse(one) && new URL(one).origin === one),
    'must be origins such as https://app.example, with commas and without spaces',
  );

const claimName = z.string().regex(/^[^\s,]{1,200}$/, 'must be the name of a claim, or a path to it');

/** Sends codes and secrets there, so not in the clear but to this machine. */
const issuerUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL', abort: true })
  .refine(
    (url) => url.startsWith('https:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname),
    'must be an https URL',
  );

/** What a member is who has this value in the claim. */
export interface MappedRole {
  readonly value: string;
  readonly role: string;
  readonly payloads: boolean;
}

const roleMap = z.string().transform((text, context) =>
  text.split(',').map((part): MappedRole => {
    const match = /^\s*([^=,]+?)\s*=\s*(viewer|operator|integrator|auditor|admin)(\+payloads)?\s*$/.exec(part);
    if (!match)
      context.addIssue(
        'must be value=role[,value=role…], a role viewer, operator, integrator, auditor or admin, with +payloads where they are seen',
      );
    return { value: match?.[1] ?? '', role: match?.[2] ?? 'viewer', payloads: match?.[3] !== undefined };
  }),
);

/** `name=value,name=value`, percent-encoded, as OpenTelemetry has it. */
const exportHeaders = z.string().transform((text, context) => {
  const pairs = text.split(',').map((part) => /^\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)=([\x21-\x7e]*)\s*$/.exec(part));
  try {
    return Object.fromEntries(
      pairs.map((pair) => [(pair as string[])[1] as string, decodeURIComponent((pair as string[])[2] as string)]),
    );
  } catch {
    context.addIssue('must be name=value,name=value, percent-encoded');
    return {};
  }
});

/** Every variable the service reads; nothing else reads the environment. Sizes and times carry their unit in the name. */
const schema = z
  .object({
    PORT: wholeNumber(0, 65_535).default(3000),
    SYNC_URL: publicUrl.default('http://127.0.0.1:3000'),
    SYNC_API_KEY: z.string().optional(),
    SYNC_ORG_ID: z.string().optional(),
    HOST: z.string().default('127.0.0.1'),
    SYNC_PUBLIC_URL: publicUrl.optional(),
    SYNC_DATA_DIR: z.string().default('.data'),
    NEON_DATABASE_URL: postgresUrl.optional(),
    DATABASE_URL: postgresUrl.optional(),
    MIGRATION_DATABASE_URL: postgresUrl.optional(),
    SYNC_APP_PASSWORD: z.string().min(16, 'must have at least 16 characters').optional(),
    SYNC_DB_POOL_SIZE: wholeNumber(2, 200).default(10),
    SYNC_DB_WAITING: wholeNumber(1, 100_000).default(200),
    SYNC_ORG_DB_CONNECTIONS: wholeNumber(1, 200).optional(),
    SYNC_ORG_DB_WAITING: wholeNumber(1, 100_000).default(500),
    SYNC_REQUEST_SECONDS: wholeNumber(1, 600).default(30),
    SYNC_DRAIN_SECONDS: wholeNumber(0, 20).default(2),
    SYNC_MAX_CONNECTIONS: wholeNumber(10, 1_000_000).default(10_000),
    SYNC_MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(10, 1_000_000).default(2_000),
    SYNC_TRUSTED_PROXIES: addresses.optional(),
    SYNC_CORS_ORIGINS: origins.optional(),
    SYNC_DOCS_SHOP_URL: publicUrl.optional(),
    SYNC_DOCS_ERP_URL: publicUrl.optional(),
    SYNC_UNKNOWN_KEYS_PER_SECOND: wholeNumber(1, 100_000).default(30),
    SYNC_ORG_REQUESTS_PER_SECOND: wholeNumber(1, 1_000_000).default(200),
    SYNC_PRINCIPAL_REQUESTS_PER_SECOND: wholeNumber(1, 1_000_000).default(150),
    SYNC_ORG_ACTIVE_SYNCS: wholeNumber(1, 1_000_000).default(10_000),
    SYNC_ORG_CONNECTIONS: wholeNumber(1, 100_000).default(200),
    SYNC_ORG_SCHEDULES: wholeNumber(1, 100_000).default(1_000),
    SYNC_ORG_WEBHOOK_ENDPOINTS: wholeNumber(1, 1_000).default(20),
    SYNC_ORG_ALERT_RULES: wholeNumber(1, 1_000).default(100),
    SYNC_ORG_KEYS: wholeNumber(1, 100_000).default(200),
    SYNC_ORG_MEMBERS: wholeNumber(1, 1_000_000).default(5_000),
    SYNC_ORG_STREAMS: wholeNumber(1, 100_000).default(200),
    SYNC_ORG_PREVIEW_MIB: wholeNumber(1, 100_000).default(256),
    SYNC_ORG_FOUND_MIB: wholeNumber(1, 100_000).default(2_048),
    SYNC_ORG_RECORDS: wholeNumber(1, 1_000_000_000).default(5_000_000),
    SYNC_ORG_CHANGES_MIB: wholeNumber(0, 100_000).default(1_024),
    SYNC_ORG_ITEMS_MIB: wholeNumber(0, 100_000).default(1_024),
    SYNC_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
    SYNC_JWKS_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
    SYNC_JWT_ISSUER: z.string().optional(),
    SYNC_JWT_AUDIENCE: z.string().optional(),
    SYNC_JWT_SCOPE_CLAIM: claimNames.optional(),
    SYNC_OIDC_ISSUER: issuerUrl.optional(),
    SYNC_OIDC_CLIENT_ID: z.string().max(500).optional(),
    SYNC_OIDC_CLIENT_SECRET: z.string().max(2_000).optional(),
    SYNC_OIDC_NAME: z.string().max(50).default('your organization'),
    SYNC_OIDC_SCOPE: z.string().max(500).default('openid profile email'),
    SYNC_OIDC_ORG_CLAIM: claimName.default('org_id'),
    SYNC_OIDC_ROLE_CLAIM: claimName.optional(),
    SYNC_OIDC_ROLES: roleMap.optional(),
    SYNC_OIDC_SESSION_MINUTES: wholeNumber(5, 720).default(60),
    SYNC_DEV_API_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
    SYNC_ENCRYPTION_KEYS: encryptionKeys.optional(),
    SYNC_ALLOW_PRIVATE_ADDRESSES: z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .transform((text) => text === 'true'),
    SYNC_WORKER: z.enum(['on', 'off', 'only'], 'must be on, off or only').default('on'),
    SYNC_WORKER_CONCURRENCY: wholeNumber(1, 100).default(8),
    SYNC_ORG_CONCURRENCY: wholeNumber(1, 100).default(4),
    SYNC_LEASE_SECONDS: wholeNumber(2, 600).default(15),
    SYNC_LATE_WRITE_SECONDS: wholeNumber(1, 3_600).default(330),
    SYNC_RECONCILE_SAMPLE: wholeNumber(0, 100).default(50),
    SYNC_SILENT_MINUTES: wholeNumber(1, 10_080).default(15),
    SYNC_WEBHOOK_FAILING_DAYS: wholeNumber(1, 365).default(5),
    SYNC_HEARTBEAT_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
    SYNC_SMTP_URL: z
      .url({ protocol: /^smtps?$/, error: 'must be smtp://user:password@host:port or smtps://…' })
      .optional(),
    SYNC_SMTP_FROM: z
      .string()
      .regex(MAILBOX, 'must be an address, such as sync@example.com or Syncs <sync@example.com>')
      .optional(),
    SYNC_ACTIVITY_RETENTION_MONTHS: wholeNumber(1, 1_200).optional(),
    SYNC_TRAIL_EXPORT_URL: z
      .url({ protocol: /^(file|https?)$/, error: 'must be file:///folder or the address of a bucket' })
      .optional(),
    AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
    AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
    AWS_REGION: z.string().min(1).default('us-east-1'),
    SYNC_CHANGES_RETENTION_DAYS: wholeNumber(1, 84).default(30),
    SYNC_ITEMS_RETENTION_DAYS: wholeNumber(1, 1_000).default(90),
    SYNC_METRICS_CONNECTIONS: z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .transform((text) => text === 'true'),
    OTEL_EXPORTER_OTLP_ENDPOINT: publicUrl.optional(),
    OTEL_EXPORTER_OTLP_HEADERS: exportHeaders.optional(),
    OTEL_SERVICE_NAME: z.string().max(200).default('sync-operations'),
    OTEL_TRACES_SAMPLER_ARG: z.coerce
      .number('must be a number from 0 to 1')
      .min(0, 'must be a number from 0 to 1')
      .max(1, 'must be a number from 0 to 1')
      .default(1),
    LOG_LEVEL: z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
        'must be fatal, error, warn, info, debug, trace or silent',
      )
      .default('info'),
  })
  .superRefine((env, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const external = env.NEON_DATABASE_URL ?? env.DATABASE_URL;
    if (env.NEON_DATABASE_URL && env.DATABASE_URL && env.NEON_DATABASE_URL !== env.DATABASE_URL)
      refuse('DATABASE_URL', 'is another database than NEON_DATABASE_URL; set one of the two');
    if (env.SYNC_JWT_SECRET && env.SYNC_JWKS_URL)
      refuse('SYNC_JWKS_URL', 'and SYNC_JWT_SECRET are both set; set one of the two');
    if ((env.SYNC_SMTP_URL === undefined) !== (env.SYNC_SMTP_FROM === undefined))
      refuse(env.SYNC_SMTP_URL ? 'SYNC_SMTP_FROM' : 'SYNC_SMTP_URL', 'is needed beside the other: e-mail needs both');
    const aboutTokens = (['SYNC_JWT_ISSUER', 'SYNC_JWT_AUDIENCE', 'SYNC_JWT_SCOPE_CLAIM'] as const).find(
      (name) => env[name],
    );
    if (aboutTokens && !env.SYNC_JWT_SECRET && !env.SYNC_JWKS_URL)
      refuse(aboutTokens, 'needs SYNC_JWT_SECRET or SYNC_JWKS_URL, without which no token is accepted');
    const aboutSignIn = (
      ['SYNC_OIDC_CLIENT_ID', 'SYNC_OIDC_CLIENT_SECRET', 'SYNC_OIDC_ROLE_CLAIM', 'SYNC_OIDC_ROLES'] as const
    ).find((name) => env[name]);
    if (aboutSignIn && !env.SYNC_OIDC_ISSUER) refuse(aboutSignIn, 'needs SYNC_OIDC_ISSUER, the identity provider');
    if (env.SYNC_OIDC_ISSUER && !env.SYNC_OIDC_CLIENT_ID)
      refuse('SYNC_OIDC_CLIENT_ID', 'is needed with SYNC_OIDC_ISSUER: the provider knows the service by it');
    if (env.SYNC_OIDC_ISSUER && !env.SYNC_PUBLIC_URL)
      refuse('SYNC_PUBLIC_URL', 'is needed with SYNC_OIDC_ISSUER: the provider sends people back there');
    if (env.SYNC_OIDC_ROLES && !env.SYNC_OIDC_ROLE_CLAIM)
      refuse('SYNC_OIDC_ROLE_CLAIM', 'is needed with SYNC_OIDC_ROLES: which claim has these values');
    if (env.OTEL_EXPORTER_OTLP_HEADERS && !env.OTEL_EXPORTER_OTLP_ENDPOINT)
      refuse('OTEL_EXPORTER_OTLP_HEADERS', 'needs OTEL_EXPORTER_OTLP_ENDPOINT, the collector that gets the spans');
    if (external && env.SYNC_DEV_API_KEY)
      refuse('SYNC_DEV_API_KEY', 'works with the embedded Postgres only; make a key with: npm run keys -- create');
    if (external && env.SYNC_ACTIVITY_RETENTION_MONTHS && !env.MIGRATION_DATABASE_URL)
      refuse('SYNC_ACTIVITY_RETENTION_MONTHS', 'needs MIGRATION_DATABASE_URL: only the owner may detach a partition');
    if (env.SYNC_ACTIVITY_RETENTION_MONTHS && !env.SYNC_TRAIL_EXPORT_URL)
      refuse('SYNC_ACTIVITY_RETENTION_MONTHS', 'needs SYNC_TRAIL_EXPORT_URL: a month leaves once it stands there');
    if (env.SYNC_TRAIL_EXPORT_URL?.startsWith('http') && !(env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY))
      refuse('SYNC_TRAIL_EXPORT_URL', 'is a bucket and needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  });

/** The names of all variables. */
export const VARIABLES: readonly string[] = Object.keys(schema.shape);

type Variables = z.infer<typeof schema>;

/** What the service runs with: the variables, and which database they mean (undefined: the embedded one). */
export type Environment = Readonly<Omit<Variables, 'NEON_DATABASE_URL' | 'DATABASE_URL'>> & {
  readonly databaseUrl: string | undefined;
  /** The variable that gave it. */
  readonly databaseVariable: 'NEON_DATABASE_URL' | 'DATABASE_URL' | undefined;
};

/** A wrong variable. The message is one sentence that names it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Parses and freezes. An empty variable counts as not set. Throws ConfigurationError at the first wrong one. */
export function parseEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(set);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ConfigurationError(`${issue?.path.join('.') ?? 'The environment'} ${issue?.message ?? 'is wrong'}.`);
  }
  const { NEON_DATABASE_URL, DATABASE_URL, ...rest } = result.data;
  const databaseVariable = NEON_DATABASE_URL ? 'NEON_DATABASE_URL' : DATABASE_URL ? 'DATABASE_URL' : undefined;
  return Object.freeze({ ...rest, databaseUrl: NEON_DATABASE_URL ?? DATABASE_URL, databaseVariable });
}

/** Reads `.env.local` and `.env` (what is set already wins, then the first file) and parses the environment. */
export function loadEnvironment(): Environment {
  for (const file of ['.env.local', '.env']) {
    try {
      process.loadEnvFile(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return parseEnvironment(process.env);
}
