import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attacker, startAttacker } from './attacker.support.ts';

let attacker: Attacker;

/** Keys of every organization unless named otherwise; the secret is the name. */
const KEYS = [
  ['live', "NULL, 'service', NULL, NULL"],
  ['of one', "'org-b', 'service', NULL, NULL"],
  ['revoked', "NULL, 'service', NULL, now()"],
  ['expired', "NULL, 'service', now() - interval '1 second', NULL"],
  ['link', "NULL, 'link', now() + interval '1 hour', NULL"],
  ['session', "NULL, 'session', now() + interval '1 hour', NULL"],
  ['ended session', "NULL, 'session', now(), NULL"],
] as const;

beforeAll(async () => {
  attacker = await startAttacker();
  for (const [name, rest] of KEYS)
    await attacker.look(`
      INSERT INTO auth.api_keys (name, scopes, key_hash, org_id, kind, expires_at, revoked_at)
      VALUES ('${name}', '{sync:read}', sha256('${name}'), ${rest})`);
});
afterAll(() => attacker.close());

const hash = (secret: string) => createHash('sha256').update(secret).digest();
const list = (secret: string | null, after: string | null = null, fragment: string | null = null, limit = 10) => ({
  text: 'SELECT org FROM app.organizations($1, $2, $3, $4) AS org',
  values: [secret === null ? null : hash(secret), after, fragment, limit],
});
const listed = async (...statements: (string | pg.QueryConfig)[]) =>
  (await attacker.run(...statements)).map(({ org }) => org);

describe('the directory of organizations', () => {
  it.each(['live', 'session'])('opens to the possessor of a key of every organization: %s', async (secret) => {
    expect(await listed(list(secret))).toEqual(['org-a', 'org-b']);
    expect(await listed(list(secret, 'org-a'))).toEqual(['org-b']);
    expect(await listed(list(secret, null, 'G-B'))).toEqual(['org-b']);
    expect(await listed(list(secret, null, null, 1))).toEqual(['org-a']);
  });

  it.each(['of one', 'revoked', 'expired', 'link', 'ended session', 'guess', null])(
    'and to nobody else: %s',
    async (secret) => {
      expect(await listed(list(secret))).toEqual([]);
    },
  );

  it('asks for the key itself, whatever was presented before', async () => {
    const presented = `SELECT set_config('app.presented_key', '${hash('live').toString('hex')}', true)`;
    expect(await listed(presented, list('guess'))).toEqual([]);
  });

  it('is not led to temporary tables and functions of the caller', async () => {
    const rows = await listed(
      'CREATE TEMP TABLE sync_connections (org_id text); GRANT ALL ON pg_temp.sync_connections TO PUBLIC',
      "INSERT INTO pg_temp.sync_connections VALUES ('invented')",
      list('live'),
    );
    expect(rows).toEqual(['org-a', 'org-b']);
  });

  it('leaves the caller as it was: the other organization’s rows stay hidden', async () => {
    const rows = await attacker.run(list('live'), 'SELECT DISTINCT org_id FROM sync_progress');
    expect(rows).toEqual([{ org_id: 'org-a' }]);
    expect(await attacker.run(list('live'), 'SELECT current_user AS who')).toEqual([{ who: 'sync_app' }]);
  });

  it('is for the service alone', async () => {
    const rows = await attacker.look(`
      SELECT r.rolname AS role FROM pg_roles r
       WHERE r.rolname IN ('sync_app', 'sync_maintenance', 'sync_owner', 'pg_read_all_data')
         AND has_function_privilege(r.oid, 'app.organizations(bytea, text, text, integer)', 'EXECUTE')`);
    expect(rows).toEqual([{ role: 'sync_app' }]);
  });
});
