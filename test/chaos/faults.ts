import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PGBOUNCER } from '../support/pgbouncer.ts';
import { whyNoSmallDisk } from '../support/small.disk.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Fault, Stage, Subject } from './chaos.types.ts';
import { POOLED_CONNECTIONS } from './stage.ts';

/** Longer than anybody is to wait for an answer. */
const SILENCE_MS = 15_000;
/** Longer than the lease of a run, so that another worker goes on meanwhile. */
const FROZEN_WORKER_MS = 20_000;
const OUTAGE_MS = 8_000;
const SNAPSHOT_MS = 30_000;

const noPooler = () => (PGBOUNCER ? undefined : 'there is no PgBouncer here (Debian has it: pgbouncer)');
const noDisk = () => {
  const why = whyNoSmallDisk();
  return why && `no tmpfs can be mounted here: ${why}`;
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'API killed (SIGKILL)',
    means: 'one of two processes that serve is killed, and started again',
    forQueues: false,
    strike: (_stage, subject) => subject.kill('api'),
  },
  {
    name: 'API frozen (SIGSTOP)',
    means: `one of two processes that serve is stopped for ${seconds(SILENCE_MS)}; requests to it count from when it goes on`,
    forQueues: false,
    strike: (_stage, subject) => subject.freeze('api', SILENCE_MS),
  },
  {
    name: 'worker killed (SIGKILL)',
    means: 'the worker that has work is killed, and started again',
    forQueues: true,
    strike: (_stage, subject) => subject.kill('worker'),
  },
  {
    name: 'worker frozen (SIGSTOP)',
    means: `the worker that has work is stopped for ${seconds(FROZEN_WORKER_MS)}, longer than its lease, and goes on`,
    forQueues: true,
    strike: (_stage, subject) => subject.freeze('worker', FROZEN_WORKER_MS),
  },
  {
    name: 'Postgres killed (SIGKILL)',
    means: 'its first process is killed; a supervisor starts it again, and it recovers from its log',
    forQueues: true,
    strike: async ({ postmaster, adminUrl }) => {
      const pid = postmaster();
      process.kill(pid, 'SIGKILL');
      const isBack = async () => postmaster() !== pid && (await sql(adminUrl, 'SELECT 1'));
      await waitFor('Postgres is there again', isBack, { withinMs: 60_000 });
    },
  },
  {
    name: 'Postgres frozen (SIGSTOP)',
    means: `all its processes are stopped for ${seconds(SILENCE_MS)}`,
    forQueues: true,
    strike: ({ postmaster }) => frozen([postmaster(), ...childrenOf(postmaster())], SILENCE_MS),
  },
  {
    name: 'PgBouncer killed (SIGKILL)',
    means: 'everything goes through it; it is killed, and started again',
    pooled: true,
    missing: noPooler,
    forQueues: true,
    strike: async ({ pooler }) => pooler?.replace(),
  },
  {
    name: 'PgBouncer frozen (SIGSTOP)',
    means: `it is stopped for ${seconds(SILENCE_MS)}`,
    pooled: true,
    missing: noPooler,
    forQueues: true,
    strike: ({ pooler }) => frozen(pooler ? [pooler.pid] : [], SILENCE_MS),
  },
  {
    name: 'packets dropped',
    means: `for ${seconds(SILENCE_MS)} nothing comes through on connections to Postgres, old and new, and none is reset; the old ones stay so`,
    forQueues: true,
    strike: async ({ proxy }) => {
      proxy.silence({ all: true });
      await delay(SILENCE_MS);
      proxy.heal();
    },
  },
  {
    name: 'read-only failover',
    means: `all connections end, and the database takes no writes for ${seconds(OUTAGE_MS)}, as a standby before its promotion`,
    forQueues: true,
    strike: async (stage) => {
      await failOver(stage, 'SET default_transaction_read_only = on');
      await delay(OUTAGE_MS);
      await failOver(stage, 'RESET default_transaction_read_only');
    },
  },
  {
    name: 'pool exhausted',
    means: `other clients hold every connection of PgBouncer's pool for ${seconds(OUTAGE_MS)}`,
    pooled: true,
    missing: noPooler,
    forQueues: true,
    strike: exhaustPool,
  },
  {
    name: 'disk full',
    means: `the disk of the tables has no block left for ${seconds(OUTAGE_MS)}; the log of the transactions is on another`,
    smallDisk: true,
    missing: noDisk,
    forQueues: true,
    strike: async ({ disk }) => {
      disk?.fill();
      await delay(OUTAGE_MS);
      disk?.makeRoom();
    },
  },
  {
    name: 'held snapshot',
    means: `a REPEATABLE READ transaction stays open for ${seconds(SNAPSHOT_MS)}, so that no dead row can be removed`,
    forQueues: true,
    strike: async ({ adminUrl }) => {
      const client = new pg.Client({ connectionString: adminUrl });
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current()');
      await delay(SNAPSHOT_MS);
      await client.query('COMMIT');
      await client.end();
    },
  },
  {
    name: '10 × overload',
    means: `640 connections, ten times as many as saturate the service, ask again at once whatever they are answered, for ${seconds(OUTAGE_MS)}`,
    forQueues: false,
    strike: async (_stage, subject) => subject.overload?.(OUTAGE_MS),
  },
  {
    name: 'rolling restart',
    means: 'each process is replaced by a new one: that first, then SIGTERM to the old one',
    forQueues: true,
    strike: (_stage, subject) => subject.roll(),
  },
];

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}

async function frozen(pids: readonly number[], ms: number): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await delay(ms);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return new RegExp(`^PPid:\\t${parent}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

/** The connections that end come back to a database that is another. */
async function failOver({ adminUrl, postgres }: Stage, change: string): Promise<void> {
  const database = new URL(adminUrl).pathname.slice(1);
  await sql(postgres.superuserUrl, `ALTER DATABASE ${database} ${change}`);
  await sql(
    postgres.superuserUrl,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
    [database],
  );
}

/** PgBouncer has a pool for each role. */
async function exhaustPool({ pooler }: Stage, { databaseUrl }: Subject): Promise<void> {
  const url = pooler?.url(databaseUrl) ?? databaseUrl;
  const clients = Array.from({ length: POOLED_CONNECTIONS }, () => new pg.Client({ connectionString: url }));
  for (const client of clients) client.on('error', () => undefined);
  await Promise.all(clients.map(async (client) => client.connect().then(() => client.query('BEGIN'))));
  await delay(OUTAGE_MS);
  await Promise.all(clients.map((client) => client.end()));
}
