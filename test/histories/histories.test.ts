import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Client, recorded, restClient, sqlClient } from './client.ts';
import { findViolation } from './linearizability.ts';
import type { Call, Operation } from './operation.ts';

/** Calls of each client. */
const CALLS = Number(process.env.HISTORY_CALLS ?? 40);
const REST_CLIENTS = 11;
const SQL_CLIENTS = 5;
/** So few that many clients are at one sync at a time. */
const CALLS_A_SYNC = 60;
const TOTAL = 200;
const ORG = 'org-histories';
const JWT_SECRET = 'a-secret-of-the-histories-0123456789';

let postgres: EmbeddedPostgres;
let dataDir: string;
const replicas: ServiceProcess[] = [];

const startReplica = () =>
  ServiceProcess.start({ DATABASE_URL: postgres.appUrl, SYNC_JWT_SECRET: JWT_SECRET, LOG_LEVEL: 'error' });

beforeAll(async () => {
  dataDir = newFolder();
  // What is committed must outlive the server, and no power is cut here.
  const settings = { synchronous_commit: 'on', fsync: 'off' };
  postgres = await startEmbeddedPostgres({ dataDir, settings, supervise: true });
  await migrate(postgres.ownerUrl);
  await provisionAppRole(postgres.ownerUrl, new URL(postgres.appUrl).password);
  replicas.push(await startReplica(), await startReplica());
});
afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await postgres.stop();
  await cleanUp();
});

/** As a balancer does it: whoever is gone gets nothing more until it is back. */
async function killReplica(which: number): Promise<void> {
  const [killed] = replicas.splice(which, 1);
  await killed?.stop('SIGKILL');
  replicas.push(await startReplica());
}

/** What happens when so many of all calls have been made, in this order. */
const BLOWS: readonly (() => Promise<unknown>)[] = [
  () => killReplica(0),
  killPostgres,
  () => killReplica(0),
  () => sql(postgres.superuserUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sync_app'`),
];

/** Returns when it is there again. */
async function killPostgres(): Promise<void> {
  process.kill(Number.parseInt(readFileSync(join(dataDir, 'cluster/postmaster.pid'), 'utf8'), 10), 'SIGKILL');
  await isServed();
}

/** Who got no answer goes on when there may be one, so that no history is full of refusals. */
const isServed = () =>
  waitFor(
    'a replica and the database serve',
    async () => (await fetch(`${replicas[0]?.url}/health/ready`)).ok && (await sql(postgres.appUrl, 'SELECT 1')),
    { withinMs: 90_000 },
  );

/** A number from 0 below `below`. */
const random = (below: number): number => Math.floor(Math.random() * below);

function nextCall(isSql: boolean, last: { processed: number; failed: number }): Call {
  const dice = random(20);
  if (dice < 6) return { kind: 'read' };
  if (dice === 6) return { kind: 'start', total: TOTAL };
  if (dice === 7 && !isSql && random(3) === 0) return { kind: 'fail' };
  const counts = {
    processed: Math.max(0, last.processed + random(14) - 2),
    failed: last.failed + (random(8) === 0 ? 1 : 0),
  };
  return { kind: isSql ? 'set' : 'report', ...counts };
}

it('Whatever is killed, each sync was as if all calls, over REST and plain SQL, had been made one after another', async () => {
  const authorization = `Bearer ${await token(ORG, {}, JWT_SECRET)}`;
  const clients: (readonly [name: string, client: Client])[] = [
    ...Array.from(
      { length: REST_CLIENTS },
      (_, n) => [`rest-${n}`, restClient(() => replicas[n % replicas.length]?.url ?? '', authorization)] as const,
    ),
    ...Array.from({ length: SQL_CLIENTS }, (_, n) => [`sql-${n}`, sqlClient(postgres.appUrl, ORG)] as const),
  ];
  const all = clients.length * CALLS;
  const history: Operation[] = [];
  let made = 0;
  const blows = async () => {
    for (const [n, blow] of BLOWS.entries()) {
      const from = ((n + 1) * all) / (BLOWS.length + 1);
      await waitFor('it is time', () => made > from, { withinMs: 200_000, everyMs: 5 });
      await blow();
    }
  };
  const work = async ([name, client]: (typeof clients)[number]) => {
    const last = new Map<string, { processed: number; failed: number }>();
    for (let call = 0; call < CALLS; call += 1) {
      const sync = `s-${Math.floor(made / CALLS_A_SYNC)}`;
      made += 1;
      const known = last.get(sync);
      const what = known ? nextCall(name.startsWith('sql'), known) : ({ kind: 'start', total: TOTAL } as const);
      const done = await recorded(name, client, sync, what);
      history.push(done);
      if (done.answer?.is === 'row') last.set(sync, done.answer);
      if (!done.answer) await isServed();
    }
  };
  await Promise.all([...clients.map(work), blows()]);

  const violation = findViolation(history);
  expect(violation && JSON.stringify(violation, null, 1)).toBeNull();

  const unknown = history.filter(({ answer }) => answer === null).length;
  expect([history.length, unknown > 0, unknown < all / 2]).toEqual([all, true, true]);
  const ends = await sql<{ sync_id: string; ended: boolean; entries: number }>(
    postgres.ownerUrl,
    `SELECT s.sync_id, s.completed_at IS NOT NULL AS ended,
            (SELECT count(*)::integer FROM sync_activity_log AS a
              WHERE a.org_id = s.org_id AND a.sync_id = s.sync_id AND a.activity_type IN ('sync_completed', 'sync_failed')) AS entries
       FROM sync_progress AS s`,
    [],
    ORG,
  );
  expect(ends.length).toBeGreaterThan(1);
  for (const { sync_id, ended, entries } of ends) expect([sync_id, entries]).toEqual([sync_id, ended ? 1 : 0]);
  console.log(
    `${all} calls of ${clients.length} clients on ${ends.length} syncs, ${unknown} without an answer: one order explains each sync`,
  );
}, 300_000);
