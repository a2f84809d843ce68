import { once } from 'node:events';
import { Agent, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import pg from 'pg';

/** What an attacker works with: the service's address, an organization's token, and the database as its plain SQL clients reach it. */
export interface Target {
  readonly url: string;
  readonly orgId: string;
  readonly authorization: string;
  /** The URL of a login of the attacker's organization. */
  readonly sqlUrl: string;
}

/** A connection of plain SQL, which the end of the database may end. */
async function login({ sqlUrl }: Target): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: sqlUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs until `signal` is aborted; what the service answers does not matter to it. */
export type Attacker = (target: Target, signal: AbortSignal) => Promise<void>;

const MIB = 1024 * 1024;
const SYNCS = 60;

/** `count` at once, each again as soon as it is answered. */
async function loops(count: number, signal: AbortSignal, act: (loop: number) => Promise<unknown>): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, loop) => {
      // A refusal at once must not make this process the bottleneck.
      while (!signal.aborted) await act(loop).catch(() => new Promise((resolve) => setTimeout(resolve, 10)));
    }),
  );
}

function request({ url, authorization }: Target, signal: AbortSignal, method: string, path: string, body?: string) {
  const headers = { authorization, 'content-type': 'application/json' };
  return fetch(url + path, { method, headers, body, signal }).then((response) => response.arrayBuffer());
}

/** So many connections on which this is sent, and nothing more sent or read. */
async function holdOpen({ url }: Target, signal: AbortSignal, count: number, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const open = (): Socket => connect(Number(port), hostname).on('error', () => undefined);
  const sockets = Array.from({ length: count }, open);
  for (const socket of sockets) socket.pause().write(text);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  for (const socket of sockets) socket.destroy();
}

const unknownMembers = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])));

/** Starts the syncs of the attacker and locks them until the end, as a transaction of plain SQL that stays open. */
async function withLockedSyncs(target: Target, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const items = Array.from({ length: SYNCS }, (_, index) => `lock-${index}`);
  for (const sync_id of items) {
    const body = JSON.stringify({ sync_id, entity_type: 'customer', source_system: 'shop', total_items: 1_000_000 });
    await request(target, signal, 'POST', '/api/sync/progress', body);
  }
  const client = await login(target);
  try {
    await client.query(`BEGIN; SELECT FROM sync_progress WHERE sync_id LIKE 'lock-%' FOR UPDATE`);
    await work();
  } finally {
    await client.end();
  }
}

/** By what they do; each is a row of ARCHITECTURE's page "What protects whom from what". */
export const ATTACKERS: Readonly<Record<string, Attacker>> = {
  'a stranger sends bodies of 8 MiB': (target, signal) => {
    const body = 'x'.repeat(8 * MIB);
    return loops(10, signal, () =>
      request({ ...target, authorization: '' }, signal, 'POST', '/api/sync/activity', body),
    );
  },
  'a stranger guesses keys': (target, signal) => {
    let guess = 0;
    return loops(64, signal, () =>
      fetch(`${target.url}/api/sync/whoami`, { headers: { 'x-api-key': `syk_${guess++}` }, signal }),
    );
  },
  'a stranger sends 300 unknown members': (target, signal) =>
    loops(8, signal, () => request(target, signal, 'POST', '/sign-in', unknownMembers(300))),
  'half requests stay open': (target, signal) =>
    holdOpen(target, signal, 300, 'POST /api/sync/activity HTTP/1.1\r\nHost: x\r\nX-Half: '),
  'a tenant sends half a body, 300 times, and holds it': (target, signal) =>
    holdOpen(
      target,
      signal,
      300,
      `POST /api/sync/activity HTTP/1.1\r\nHost: x\r\nAuthorization: ${target.authorization}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"half`,
    ),
  'a tenant asks for exports and reads nothing of them': async (target, signal) => {
    const client = await login(target);
    await client.query(
      `INSERT INTO sync_activity_log (org_id, activity_type, status, details)
       SELECT $1, 'import', 'completed', jsonb_build_object('text', repeat('x', 2000)) FROM generate_series(1, 5000)`,
      [target.orgId],
    );
    await client.end();
    await holdOpen(
      target,
      signal,
      50,
      `GET /api/sync/activity/export?days=1 HTTP/1.1\r\nHost: x\r\nAuthorization: ${target.authorization}\r\n\r\n`,
    );
  },
  'a tenant reports over 2,000 connections': (target, signal) => {
    // An address of its own, as an attacker has: those of one address count together.
    const agent = new Agent({ keepAlive: true, maxSockets: 2_000, localAddress: '127.0.0.2' });
    const headers = { authorization: target.authorization, 'content-type': 'application/json' };
    return loops(2_000, signal, async (loop) => {
      const options = { agent, method: 'PATCH', headers, signal };
      const [response] = await once(
        send(`${target.url}/api/sync/progress/many-${loop}`, options).end('{"processed_count": 1}'),
        'response',
      );
      await once(response.resume(), 'end');
    });
  },
  'a tenant sends 700,000 unknown members': (target, signal) => {
    const body = unknownMembers(700_000);
    return loops(1, signal, () => request(target, signal, 'POST', '/api/sync/activity', body));
  },
  'a tenant asks as fast as it can': (target, signal) =>
    loops(32, signal, () => request(target, signal, 'GET', '/api/sync/whoami')),
  'a tenant sends a thousand reports, eight at once': (target, signal) => {
    const items = Array.from({ length: 1_000 }, (_, index) => ({ sync_id: `bulk-${index}`, processed_count: 1 }));
    const body = JSON.stringify({ items });
    return loops(8, signal, () => request(target, signal, 'PATCH', '/api/sync/progress', body));
  },
  'a tenant reports rows that it has locked': (target, signal) =>
    withLockedSyncs(target, signal, () =>
      loops(20, signal, (loop) =>
        request(target, signal, 'PATCH', `/api/sync/progress/lock-${loop}`, JSON.stringify({ processed_count: 1 })),
      ),
    ),
  'a tenant cancels rows that it has locked': (target, signal) =>
    withLockedSyncs(target, signal, () =>
      loops(12, signal, () => request(target, signal, 'POST', '/api/sync/progress/lock-1/cancel')),
    ),
  'a tenant exports its trail, ten at once': (target, signal) =>
    loops(10, signal, () => request(target, signal, 'GET', '/api/sync/activity/export?format=ndjson')),
  'a tenant holds advisory locks': async (target, signal) => {
    const client = await login(target);
    await client.query('SELECT pg_advisory_lock(key) FROM generate_series(1, 1000) AS key');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await client.end();
  },
};
