import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertsPage, insertAlerts, openAlerts, takeReminders } from '../../src/alerts/alert.sql.ts';
import {
  claimTurns,
  limitedSyncs,
  lockTurn,
  saveSubjects,
  scheduledSubjects,
  subjectsOf,
  takeEndedSyncs,
  watchedConnections,
} from '../../src/alerts/evaluation/evaluation.sql.ts';
import { rulesOf } from '../../src/alerts/rule.sql.ts';
import type { Statement } from '../../src/database/database.ts';
import { rowsRead } from '../support/rows-read.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// An evaluation must cost the same after years as on the first day. So the rows that its statements read are counted, by Postgres, with a short and
// a long past, before and after ANALYZE.

const ORG = 'org-1';
const SHOP = '10000000-0000-4000-8000-000000000001';
const RULE = '10000000-0000-4000-8000-000000000002';
const TABLES = [
  ...['sync_progress', 'sync_runs', 'sync_connections', 'sync_schedules', 'sync_alerts', 'sync_alert_rules'],
  ...['sync_alert_subjects', 'sync_alert_signals', 'sync_alert_turns'],
];
const COUNTED = [...TABLES, 'sync_activity_log%'];

let database: TestDatabase;
let app: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  // As the pools of the service set it.
  await app.query('SET enable_seqscan = off');
  for (const table of TABLES) await sql(database.superuserUrl, `ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

/** Ten syncs that have just ended, and so many that ended before, with their entries and as many alerts that are resolved. */
async function fill(past: number): Promise<void> {
  await sql(
    database.superuserUrl,
    `SET session_replication_role = replica;
     DELETE FROM sync_progress; DELETE FROM sync_runs; DELETE FROM sync_alerts; DELETE FROM sync_alert_signals; DELETE FROM sync_alert_turns;
     DELETE FROM sync_alert_subjects; DELETE FROM sync_activity_log;
     INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, completed_at)
     SELECT '${ORG}', 'past-' || n, 'customer', 'shop', 'completed', now() - interval '1 hour' FROM generate_series(1, ${past}) n;
     INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, completed_at)
     SELECT '${ORG}', 'new-' || n, 'customer', 'shop', 'completed', now() FROM generate_series(1, 10) n;
     INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, entity_type, mode)
     SELECT org_id, sync_id, 'sync', '${SHOP}', 'customer', 'full' FROM sync_progress;
     INSERT INTO sync_activity_log (org_id, sync_id, activity_type, status)
     SELECT org_id, sync_id, 'note', 'completed' FROM sync_progress;
     INSERT INTO sync_alerts (org_id, rule_id, rule_name, kind, subject, summary, resolved_at, muted_until)
     SELECT '${ORG}', '${RULE}', 'r', 'failed', 's', 's', now() - interval '1 hour', now() - interval '1 hour' FROM generate_series(1, ${past}) n;
     INSERT INTO sync_alerts (org_id, rule_id, rule_name, kind, subject, summary) VALUES ('${ORG}', '${RULE}', 'r', 'failed', 's', 's');
     INSERT INTO sync_alert_turns (org_id) VALUES ('${ORG}');
     INSERT INTO sync_alert_subjects (org_id, subject, entity_type, source_system, last_ended_at) VALUES ('${ORG}', 's', 'customer', 'shop', now());
     INSERT INTO sync_alert_signals (org_id, sync_id) SELECT '${ORG}', 'new-' || n FROM generate_series(1, 10) n`,
  );
}

const opened = {
  ...{ rule_id: RULE, rule_name: 'r', kind: 'failed', subject: 'another', connection_id: null, entity_type: null },
  ...{ source_system: null, sync_id: null, run_kind: null, summary: 's', still_open_seconds: null },
};
const history = {
  ...{
    subject: 's',
    connection_id: null,
    destination_connection_id: null,
    entity_type: 'customer',
    source_system: 'shop',
  },
  ...{
    first_seen_at: '2026-01-01T00:00:00Z',
    last_ended_at: '2026-01-01T00:00:00Z',
    last_success_at: null,
    successes: 0,
  },
  ...{ speeds: [], arrivals: {} },
};
const OPEN = { state: 'open', rule_id: null, connection_id: null } as const;
/** What it is, the statement, and the rows that it may read. */
const STATEMENTS: [string, Statement, number][] = [
  ['whose turn it is', claimTurns(3, 60), 10],
  ['a turn', lockTurn(ORG), 3],
  ['the rules', rulesOf(ORG), 0],
  ['what is open', openAlerts(ORG, 1_000), 1],
  ['ten syncs that have ended', takeEndedSyncs(ORG, 200), 10 * 6],
  ['the pasts of kinds of sync', subjectsOf(ORG, null), 1],
  ['a past that is stored', saveSubjects(ORG, [history], 2_000), 5],
  ['the connections', watchedConnections(ORG), 0],
  ['the schedules', scheduledSubjects(ORG), 0],
  ['waits for rate limits', limitedSyncs(ORG, 500), 0],
  ['an alert that opens', insertAlerts(ORG, [opened]), 0],
  ['reminders', takeReminders(ORG), 1],
  ['the open alerts for people', alertsPage(ORG, OPEN, undefined, 101), 1],
];

describe.each([
  ['without statistics', false],
  ['with statistics', true],
])('%s', (_, analyzed) => {
  it('an evaluation reads no more after a long past than after a short one', async () => {
    const read: Record<string, number>[] = [];
    for (const past of [20, 5_000]) {
      await fill(past);
      if (analyzed)
        for (const table of [...TABLES, 'sync_activity_log']) await sql(database.superuserUrl, `ANALYZE ${table}`);
      const counts: Record<string, number> = {};
      for (const [name, statement] of STATEMENTS) counts[name] = (await rowsRead(app, ORG, statement, COUNTED)).read;
      read.push(counts);
    }
    expect(read[1]).toEqual(read[0]);
    for (const [name, , most] of STATEMENTS)
      expect({ name, rows: read[1]?.[name], most }).toSatisfy(
        ({ rows, most: limit }: { rows: number; most: number }) => rows <= limit,
      );
  });
});
