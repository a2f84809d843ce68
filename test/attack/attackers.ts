import { connect } from 'node:net';
import pg from 'pg';

/** What an attacker works with: the service's address, an organization's token, and the database as its plain SQL clients reach it. */
export interface Target {
  readonly url: string;
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
  'half requests stay open': async ({ url }, signal) => {
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: 300 }, () => connect(Number(port), hostname).on('error', () => undefined));
    for (const socket of sockets) socket.write('POST /api/sync/activity HTTP/1.1\r\nHost: x\r\nX-Half: ');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    for (const socket of sockets) socket.destroy();
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
