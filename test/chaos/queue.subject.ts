import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Scale, Stage, Subject, Tally } from './chaos.types.ts';
import { Patience } from './patience.ts';
import { PEERS, type PeerName } from './queue.peers.ts';

const MAIN = fileURLToPath(new URL('queue.process.ts', import.meta.url));
const PRODUCERS = 8;
const PACE_MS = 400;
const RETRY_MS = 150;
const UNDER_WAY = 60;
/** What is not done so long after everything was served again is late. */
const DONE_WITHIN_MS = 60_000;

/** Producers that send one job after another, each again until it is acknowledged, and two processes that do them. */
export async function startQueue(name: PeerName, stage: Stage, { patienceMs }: Scale): Promise<Subject> {
  const peer = PEERS[name];
  const pooled = stage.pooler !== undefined;
  await sql(
    stage.postgres.ownerUrl,
    'CREATE TABLE public.chaos_done (id text NOT NULL, pid integer NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())',
  );
  const queue = await peer.open(stage.ownerUrl, pooled);
  const start = () => {
    const worker = ServiceProcess.program(MAIN, [name, stage.ownerUrl, pooled ? 'pooled' : 'direct'], {});
    void worker.ended.then(({ code }) => {
      // A supervisor starts again what ends by itself.
      if (!workers.includes(worker)) return;
      ended += 1;
      lastSaid = `${code}`;
      workers = workers.map((one) => (one === worker ? start() : one));
    });
    return worker;
  };
  let workers: ServiceProcess[] = [];
  let ended = 0;
  let lastSaid = '';
  workers = [start(), start()];
  await waitFor('both work', () => workers.every(({ output }) => output.includes('works')), { withinMs: 60_000 });

  const patience = new Patience(patienceMs);
  const acknowledged = new Set<string>();
  const lastSent: number[] = Array.from({ length: PRODUCERS }, () => 0);
  let isStopped = false;
  let doneAtFirst: number | undefined;
  const produce = async (producer: number) => {
    while (!isStopped) {
      const id = randomUUID();
      for (let isSent = false; !isSent && !isStopped; ) {
        await delay(PACE_MS);
        const sentAt = performance.now();
        isSent = await patience.watch(queue, queue.send(id)).then(
          () => true,
          () => false,
        );
        if (isSent) {
          acknowledged.add(id);
          lastSent[producer] = sentAt;
        } else await delay(RETRY_MS);
      }
    }
  };
  const producers = Promise.all(lastSent.map((_, producer) => produce(producer)));

  const admin = <Row extends object>(text: string, values: unknown[] = []) => sql<Row>(stage.adminUrl, text, values);
  const done = async () => {
    const rows = await admin<{ id: string; times: number }>(
      'SELECT id, count(*)::int AS times FROM public.chaos_done GROUP BY id',
    );
    return new Map(rows.map(({ id, times }) => [id, times]));
  };
  /** The one that did a job last. */
  const atWork = () =>
    waitFor('a worker has jobs', async () => {
      const [last] = await admin<{ pid: number }>('SELECT pid FROM public.chaos_done ORDER BY at DESC LIMIT 1');
      return workers.find(({ pid }) => pid === last?.pid);
    });
  const replace = async (old: ServiceProcess, signal: NodeJS.Signals) => {
    const next = start();
    workers = workers.map((one) => (one === old ? next : one));
    await old.stop(signal);
    await waitFor('it works', () => next.output.includes('works'), { withinMs: 30_000 });
  };

  return {
    name: peer.name,
    databaseUrl: stage.postgres.ownerUrl,
    tables: [peer.table],
    underWay: async () => {
      await waitFor('jobs are done', async () => (await done()).size > UNDER_WAY, { withinMs: 60_000 });
    },
    kill: async () => replace(await atWork(), 'SIGKILL'),
    freeze: async (_role, ms) => {
      const { pid } = await atWork();
      process.kill(pid as number, 'SIGSTOP');
      await delay(ms);
      process.kill(pid as number, 'SIGCONT');
    },
    roll: async () => {
      for (const old of [...workers]) await replace(old, 'SIGTERM');
    },
    servedSince: async (since) => {
      if (!lastSent.every((sent) => sent > since)) return false;
      doneAtFirst ??= (await done()).size;
      return (await done()).size > doneAtFirst;
    },
    finish: async (): Promise<Tally> => {
      isStopped = true;
      await Promise.race([producers, delay(30_000, undefined, { ref: false })]);
      const missing = async () => {
        const all = await done();
        return [...acknowledged].filter((id) => !all.has(id));
      };
      await waitFor('all is done', async () => (await missing()).length === 0, { withinMs: DONE_WITHIN_MS }).catch(
        () => undefined,
      );
      const undone = await missing();
      const [kept] = await admin<{ count: number }>(
        `SELECT count(*)::int AS count FROM unnest($1::text[]) AS id
          WHERE EXISTS (SELECT FROM ${peer.table} AS job WHERE job::text LIKE '%' || id || '%')`,
        [undone],
      );
      const late = kept?.count ?? 0;
      const times = [...(await done()).values()];
      return {
        acknowledged: acknowledged.size,
        lost: undone.length - late,
        duplicated: times.reduce((sum, one) => sum + one - 1, 0),
        late,
        hung: patience.count(),
        remarks:
          ended > 0
            ? [`its workers ended by themselves ${ended} times (code ${lastSaid}), and were started again`]
            : [],
      };
    },
    stop: async () => {
      isStopped = true;
      const last = workers;
      workers = [];
      await Promise.all(last.map((worker) => worker.stop('SIGKILL')));
      await Promise.race([queue.close(), delay(5_000, undefined, { ref: false })]).catch(() => undefined);
    },
  };
}
