import { makeWorkerUtils, run } from 'graphile-worker';
import { PgBoss } from 'pg-boss';

interface QueueWorker {
  stop(): Promise<unknown>;
  /** Settles when it gives up by itself; whoever runs it starts it again. */
  readonly promise?: Promise<unknown>;
}

/** A queue alone: what is needed to send its jobs and to do them. Both as a careful user sets them; `pooled`: through a PgBouncer. */
interface Peer {
  readonly name: string;
  /** The table of its jobs. */
  readonly table: string;
  /** Makes its tables; sends a job that is the same however often it is sent again. */
  open(url: string, pooled: boolean): Promise<{ send(id: string): Promise<unknown>; close(): Promise<unknown> }>;
  work(url: string, pooled: boolean, handle: (id: string) => Promise<void>): Promise<QueueWorker>;
}

const QUEUE = 'chaos';
const CONCURRENCY = 8;
/** As long as the service's lease of a run. */
const HEARTBEAT_SECONDS = 15;

const pgBoss: Peer = {
  name: 'pg-boss alone',
  table: 'pgboss.job',
  open: async (url) => {
    const boss = openBoss(url, false);
    await boss.start();
    const retries = { retryLimit: 25, retryDelay: 1, retryBackoff: true, retryDelayMax: 10 };
    await boss.createQueue(QUEUE, { ...retries, heartbeatSeconds: HEARTBEAT_SECONDS });
    return { send: (id) => boss.send(QUEUE, { id }, { id }), close: () => boss.stop({ graceful: false }) };
  },
  work: async (url, _pooled, handle) => {
    const boss = openBoss(url, true);
    await boss.start();
    const options = {
      batchSize: CONCURRENCY,
      perJobResults: true,
      pollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
    };
    await boss.work<{ id: string }>(QUEUE, options, (jobs) =>
      Promise.all(
        jobs.map(({ id, data }) =>
          handle(data.id).then(
            () => ({ id, status: 'completed' as const }),
            () => ({ id, status: 'failed' as const }),
          ),
        ),
      ),
    );
    return { stop: () => boss.stop({ graceful: true }) };
  },
};

function openBoss(url: string, supervise: boolean): PgBoss {
  const boss = new PgBoss({ connectionString: url, supervise, schedule: false, monitorIntervalSeconds: 10 });
  boss.on('error', () => undefined);
  return boss;
}

const graphileWorker: Peer = {
  name: 'graphile-worker alone',
  table: 'graphile_worker._private_jobs',
  open: async (url, pooled) => {
    const utils = await makeWorkerUtils({ connectionString: url, noPreparedStatements: pooled });
    await utils.migrate();
    return { send: (id) => utils.addJob(QUEUE, { id }, { jobKey: id }), close: async () => utils.release() };
  },
  work: (url, pooled, handle) =>
    run({
      ...{ connectionString: url, noPreparedStatements: pooled, concurrency: CONCURRENCY, noHandleSignals: true },
      taskList: { [QUEUE]: (payload) => handle((payload as { id: string }).id) },
    }),
};

export const PEERS = { 'pg-boss': pgBoss, 'graphile-worker': graphileWorker } as const;
export type PeerName = keyof typeof PEERS;
