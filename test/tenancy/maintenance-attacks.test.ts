import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { type Attacker, startAttacker } from './attacker.support.ts';

let attacker: Attacker;

beforeEach(async () => {
  attacker = await startAttacker();
});
afterEach(() => attacker.close());

const previews = () =>
  attacker.look('SELECT org_id, sync_type, delta_data FROM sync_preview_cache ORDER BY org_id, sync_type');

describe('an upsert onto the key of another organization', () => {
  const upsert = (syncType: string, action: string) => `
    INSERT INTO sync_preview_cache AS p (org_id, sync_type, cache_key, delta_data)
    VALUES ('org-b', '${syncType}', 'attacked', '{"attacked": true}')
    ON CONFLICT (org_id, sync_type, entity_type) ${action} RETURNING p.*`;
  const update = 'DO UPDATE SET delta_data = EXCLUDED.delta_data';

  it.each(['DO NOTHING', update])('%s neither changes nor reveals what is there', async (action) => {
    const before = await previews();
    const refusal = async (syncType: string) => {
      const error = await attacker.commit(upsert(syncType, action)).catch((cause: unknown) => cause);
      const { message, code, detail, hint } = error as Record<string, unknown>;
      return { message, code, detail, hint };
    };
    const existing = await refusal('live');
    expect(existing.message).toMatch(/row-level security policy/);
    expect(existing).toEqual(await refusal('not there'));
    expect(await previews()).toEqual(before);
  });

  it('with the own organization makes an own row beside it', async () => {
    await attacker.commit(upsert('only-b', update).replaceAll("'org-b'", "'org-a'"));
    await attacker.commit(upsert('live', update).replaceAll("'org-b'", "'org-a'"));
    expect((await previews()).filter(({ delta_data }) => JSON.stringify(delta_data) !== '{}')).toEqual([
      { org_id: 'org-a', sync_type: 'live', delta_data: { attacked: true } },
      { org_id: 'org-a', sync_type: 'only-b', delta_data: { attacked: true } },
    ]);
  });
});

describe('maintenance, called by an organization', () => {
  it('deletes the expired previews of all and no live one of anybody', async () => {
    const rows = await attacker.commit('SELECT auto_cleanup_preview_cache() AS deleted');
    expect(rows).toEqual([{ deleted: 2 }]);
    const left = (await previews()).map(({ org_id, sync_type }) => [org_id, sync_type]);
    expect(left).toEqual([
      ['org-a', 'live'],
      ['org-b', 'live'],
    ]);
  });

  it('cannot be led to a temporary table of the same name', async () => {
    const rows = await attacker.run(
      'CREATE TEMP TABLE sync_preview_cache (expires_at timestamptz)',
      "INSERT INTO pg_temp.sync_preview_cache VALUES ('-infinity')",
      'SELECT public.auto_cleanup_preview_cache() AS deleted',
    );
    expect(rows).toEqual([{ deleted: 2 }]);
  });

  it('ends no sync that reported in the last half minute, whatever silence is asked for', async () => {
    await attacker.commit("SELECT app.end_silent_syncs(interval '-1 day', 1000)");
    const active = await attacker.look(
      'SELECT org_id, sync_id FROM sync_progress WHERE completed_at IS NULL ORDER BY 1',
    );
    expect(active).toEqual([
      { org_id: 'org-a', sync_id: 'live' },
      { org_id: 'org-b', sync_id: 'live' },
    ]);
  });

  it.each([
    ['SELECT app.cleanup_idempotency_keys(1000)', 'idempotency_keys', 'key'],
    ['SELECT app.cleanup_sign_ins(1000)', 'auth.api_keys', 'name'],
  ])('%s deletes what has expired and nothing else', async (statement, table, marker) => {
    await attacker.commit(statement);
    const left = await attacker.look(`SELECT org_id, ${marker} AS name FROM ${table} ORDER BY 1`);
    expect(left).toEqual([
      { org_id: 'org-a', name: 'live' },
      { org_id: 'org-b', name: 'live' },
    ]);
  });

  it('makes no partition far from now', async () => {
    for (const away of ['-3 months', '14 months', '1000 years']) {
      const attack = attacker.run(`SELECT app.ensure_activity_partition(now() + interval '${away}')`);
      await expect(attack).rejects.toThrow(/no partition is made for/);
    }
  });
});

describe('a partition that the owner makes by hand', () => {
  const byHand = `
    CREATE TABLE sync_activity_log_2025_11 PARTITION OF sync_activity_log
      FOR VALUES FROM ('2025-11-01') TO ('2025-12-01');
    GRANT SELECT ON sync_activity_log_2025_11 TO sync_app`;
  const fill = `
    INSERT INTO sync_activity_log (org_id, created_at, activity_type, status)
    VALUES ('org-b', '2025-11-06', 'batch_process', 'running')`;
  const read = 'SELECT org_id FROM sync_activity_log_2025_11';

  it('is open when they grant it, and closed by the next maintenance', async () => {
    await sql(attacker.database.ownerUrl, byHand);
    await sql(attacker.database.ownerUrl, fill, [], 'org-b');
    // Why maintenance has to: row-level security is not inherited.
    expect(await attacker.run(read)).toEqual([{ org_id: 'org-b' }]);
    await attacker.commit('SELECT app.prepare_activity_partitions(3)');
    await expect(attacker.run(read)).rejects.toThrow(/permission denied for table/);
    expect(await attacker.run("SELECT org_id FROM sync_activity_log WHERE created_at < '2025-12-01'")).toEqual([]);
  });
});
