import { setTimeout as delay } from 'node:timers/promises';
import { CrowdProcess } from '../../bench/overload/crowd.process.ts';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { JWT_SECRET, token } from '../support/token.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Role, Scale, Stage, Subject, Tally } from './chaos.types.ts';
import { Patience } from './patience.ts';
import { ServiceLoad } from './service.load.ts';
import { ServiceRun } from './service.run.ts';

export const THIS_SERVICE = 'this service';
const ORG = 'org-chaos';
const CROWD = 640;
/** Acknowledged before the blow, and committed by the run. */
const UNDER_WAY = 400;

/** Two processes that serve and two that work, as they are built. */
export async function startService(stage: Stage, { customers, leaseSeconds, patienceMs }: Scale): Promise<Subject> {
  await migrate(stage.postgres.ownerUrl);
  await provisionAppRole(stage.postgres.ownerUrl, new URL(stage.postgres.appUrl).password);
  const start = (role: Role) =>
    ServiceProcess.start({
      DATABASE_URL: stage.appUrl,
      SYNC_JWT_SECRET: JWT_SECRET,
      SYNC_ENCRYPTION_KEYS: `chaos:${Buffer.alloc(32, 7).toString('base64')}`,
      SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
      SYNC_ORG_ACTIVE_SYNCS: '1000000',
      SYNC_LEASE_SECONDS: String(leaseSeconds),
      // Nothing is under way for longer: a sandbox does what it is asked at once, and no process is frozen for as long.
      SYNC_LATE_WRITE_SECONDS: '30',
      SYNC_RECONCILE_SAMPLE: '0',
      SYNC_WORKER: role === 'api' ? 'off' : 'only',
      SYNC_DRAIN_SECONDS: '2',
      LOG_LEVEL: 'error',
    });
  const [apiOne, apiTwo, workerOne, workerTwo] = await Promise.all([
    start('api'),
    start('api'),
    start('worker'),
    start('worker'),
  ]);
  const processes: Record<Role, ServiceProcess[]> = { api: [apiOne, apiTwo], worker: [workerOne, workerTwo] };
  const patience = new Patience(patienceMs);
  const headers = { authorization: `Bearer ${await token(ORG, { scope: 'sync:admin', exp: '2h' })}` };
  const run = await ServiceRun.start(
    async (path, body) => {
      const response = await fetch(`${apiOne.url}/api/sync${path}`, {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { ...headers, 'content-type': 'application/json' },
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    stage.adminUrl,
    customers,
  );
  const load = new ServiceLoad(() => processes.api, headers, patience);
  const remarks: string[] = [];
  let seen: number | undefined;

  /** The one whose end is felt most. */
  const atWork = async (role: Role): Promise<ServiceProcess> => {
    if (role === 'api') return processes.api[0] as ServiceProcess;
    return waitFor('a worker has the run', async () => {
      const { worker } = await run.progress();
      return processes.worker.find(({ pid }) => pid === worker);
    });
  };
  const put = (role: Role, next: ServiceProcess, old: ServiceProcess) => {
    processes[role] = processes[role].map((one) => (one === old ? next : one));
  };

  return {
    name: THIS_SERVICE,
    databaseUrl: stage.postgres.appUrl,
    tables: ['public.sync_progress', 'pgboss.job'],
    underWay: async () => {
      await load.reaches(UNDER_WAY);
      await waitFor('the run is under way', async () => (await run.progress()).processed > 0, { withinMs: 60_000 });
    },
    kill: async (role) => {
      const victim = await atWork(role);
      await victim.stop('SIGKILL');
      put(role, await start(role), victim);
    },
    freeze: async (role, ms) => {
      const victim = await atWork(role);
      const thaw = patience.freeze(victim);
      process.kill(victim.pid as number, 'SIGSTOP');
      await delay(ms);
      process.kill(victim.pid as number, 'SIGCONT');
      thaw();
    },
    roll: async () => {
      for (const role of ['api', 'worker'] as const)
        for (const old of [...processes[role]]) {
          const next = await start(role);
          // A balancer sends nothing more to whoever is to end.
          put(role, next, old);
          const { code } = await old.stop();
          if (code !== 0) remarks.push(`a process that was asked to end did so with ${code}`);
        }
    },
    overload: async (ms) => {
      const members = Array.from({ length: CROWD / 2 }, () => ({ org_id: 'org-crowd', sync_id: 'crowd' }));
      const crowds = await Promise.all(
        processes.api.map(({ url }) =>
          CrowdProcess.open({ url, jwtSecret: JWT_SECRET, kind: 'start', syncs: members }),
        ),
      );
      const rounds = await Promise.all(crowds.map((crowd) => patience.watch(crowd, crowd.round(ms / 1_000), ms)));
      for (const crowd of crowds) crowd.close();
      const of = (value: (result: (typeof rounds)[number]) => number) =>
        rounds.reduce((sum, result) => sum + value(result), 0);
      remarks.push(`of the crowd ${of(({ good }) => good)} served, ${of(({ refusedMs }) => refusedMs.length)} refused`);
      for (const { others } of rounds)
        if (Object.keys(others).length > 0) remarks.push(`the crowd was answered ${JSON.stringify(others)}`);
    },
    servedSince: async (since) => {
      if (!load.servedSince(since)) return false;
      const ready = await Promise.all(
        Object.values(processes).flatMap((all) => all.map(({ url }) => fetch(`${url}/health/ready`))),
      );
      if (!ready.every(({ ok }) => ok)) return false;
      // Another batch than those that were committed when somebody looked first.
      const { processed, hasEnded } = await run.progress();
      seen ??= processed;
      return hasEnded || processed > seen;
    },
    finish: async (): Promise<Tally> => {
      await load.stop();
      const items = await run.finish();
      const counted = await countLoad(stage, load);
      return {
        acknowledged: load.acknowledged,
        lost: counted.lost + items.lost,
        duplicated: counted.duplicated + items.duplicated,
        late: 0,
        hung: patience.count(),
        remarks: [...remarks, ...items.remarks, ...[...load.unexpected].map(([what, times]) => `${times} × ${what}`)],
      };
    },
    stop: async () => {
      await load.stop();
      await run.stop();
      await Promise.all(Object.values(processes).flatMap((all) => all.map((one) => one.stop('SIGKILL'))));
    },
  };
}

/** Reads back what was acknowledged: starts, counts, entries and ends; and what there is of one more than once. */
async function countLoad(stage: Stage, { syncs }: ServiceLoad): Promise<{ lost: number; duplicated: number }> {
  const rows = await sql<{ sync_id: string; count: number; ended: boolean; entries: number; ends: number }>(
    stage.adminUrl,
    `SELECT s.sync_id, s.processed_count AS count, s.status = 'completed' AS ended,
            count(a.id) FILTER (WHERE a.activity_type = 'chaos')::int AS entries,
            count(a.id) FILTER (WHERE a.activity_type = 'sync_completed')::int AS ends
       FROM public.sync_progress AS s LEFT JOIN public.sync_activity_log AS a USING (org_id, sync_id)
      WHERE s.sync_id LIKE 'load-%' GROUP BY s.org_id, s.sync_id, s.processed_count, s.status`,
  );
  const stored = new Map(rows.map((row) => [row.sync_id, row]));
  let [lost, duplicated] = [0, 0];
  for (const [syncId, { count, entry, completed }] of syncs) {
    const row = stored.get(syncId);
    if (count !== undefined && (row?.count ?? -1) < count) lost += 1;
    if (entry && !row?.entries) lost += 1;
    if (completed && !(row?.ended && row.ends > 0)) lost += 1;
    duplicated += Math.max(0, (row?.entries ?? 0) - 1) + Math.max(0, (row?.ends ?? 0) - 1);
  }
  return { lost, duplicated };
}
