import { Agent, type IncomingMessage, request } from 'node:http';

interface LoadOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly orgId: string;
  /** Begins the ids of the syncs. */
  readonly name: string;
  readonly connections: number;
}

interface Load {
  /** Requests with a 2xx response until now. */
  acknowledged(): number;
  /** Unexpected responses until now. */
  readonly unexpected: readonly string[];
  /**
   * When every connection was refused: the last acknowledged count of each sync (undefined: not even its start was), and
   * unexpected responses.
   */
  readonly ended: Promise<{ counts: Map<string, number | undefined>; unexpected: string[] }>;
}

/** On each keep-alive connection: starts a sync, reports 1, 2, 3… and then another sync, until the service takes no more. */
export function loadUntilRefused({ url, apiKey, orgId, name, connections }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const counts = new Map<string, number | undefined>();
  const unexpected: string[] = [];
  let acknowledged = 0;

  /** True when acknowledged; false when the service did not accept it: 503 while it stops, or no connection. */
  async function send(method: string, path: string, body: object): Promise<boolean> {
    let response: { status: number; text: string };
    try {
      response = await exchange(agent, new URL(path, url), method, { 'x-api-key': apiKey, 'x-org-id': orgId }, body);
    } catch {
      return false;
    }
    if (response.status >= 200 && response.status < 300) {
      acknowledged += 1;
      return true;
    }
    // The service is stopping is a 503; that the database is gone would be one, too.
    if (response.status !== 503 || response.text.includes('database'))
      unexpected.push(`${response.status} ${response.text}`);
    return false;
  }

  async function connection(index: number): Promise<void> {
    for (let round = 0; ; round += 1) {
      const sync_id = `${name}-${index}-${round}`;
      counts.set(sync_id, undefined);
      if (!(await send('POST', '/api/sync/progress', { sync_id, entity_type: 'customer', source_system: 'shop' })))
        return;
      counts.set(sync_id, 0);
      for (let count = 1; count <= 10; count += 1) {
        if (!(await send('PATCH', `/api/sync/progress/${sync_id}`, { processed_count: count }))) return;
        counts.set(sync_id, count);
      }
    }
  }

  const ended = Promise.all(Array.from({ length: connections }, (_, index) => connection(index))).then(() => {
    agent.destroy();
    return { counts, unexpected };
  });
  return { acknowledged: () => acknowledged, unexpected, ended };
}

interface LastingLoad {
  /** Requests with a 2xx response until now. */
  acknowledged(): number;
  /** Neither a 2xx nor a 503 response, and connections that broke. */
  readonly unexpected: readonly string[];
  /** Ends the load; returns the last acknowledged count of each sync. */
  stop(): Promise<Map<string, number>>;
}

/** As `loadUntilRefused`, but what is answered with 503 is sent again, as a client does. */
export function loadUntilStopped({ url, apiKey, orgId, name, connections }: LoadOptions): LastingLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const counts = new Map<string, number>();
  const unexpected: string[] = [];
  let acknowledged = 0;
  let isStopped = false;

  /** True when acknowledged; false when the load ended before it was, or with an answer that nobody should get. */
  async function send(method: string, path: string, body: object): Promise<boolean> {
    while (!isStopped) {
      const headers = { 'x-api-key': apiKey, 'x-org-id': orgId };
      const { status, text } = await exchange(agent, new URL(path, url), method, headers, body).catch((error) => ({
        status: 0,
        text: String(error),
      }));
      if (status >= 200 && status < 300) {
        acknowledged += 1;
        return true;
      }
      if (status !== 503) {
        unexpected.push(`${status} ${text}`);
        return false;
      }
    }
    return false;
  }

  async function connection(index: number): Promise<void> {
    for (let round = 0; !isStopped; round += 1) {
      const sync_id = `${name}-${index}-${round}`;
      const start = { sync_id, entity_type: 'customer', source_system: 'shop' };
      if (!(await send('POST', '/api/sync/progress', start))) return;
      for (let count = 0; count <= 10; count += 1) {
        if (count > 0 && !(await send('PATCH', `/api/sync/progress/${sync_id}`, { processed_count: count }))) return;
        counts.set(sync_id, count);
      }
    }
  }

  const ended = Promise.all(Array.from({ length: connections }, (_, index) => connection(index)));
  return {
    acknowledged: () => acknowledged,
    unexpected,
    stop: async () => {
      isStopped = true;
      await ended;
      agent.destroy();
      return counts;
    },
  };
}

/** A request on a connection of the agent. */
export function exchange(
  agent: Agent,
  url: URL,
  method: string,
  headers: Record<string, string>,
  body: object,
  signal?: AbortSignal,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const json = JSON.stringify(body);
    const outgoing = request(
      url,
      {
        agent,
        method,
        signal,
        headers: { ...headers, 'content-type': 'application/json', 'content-length': json.length },
      },
      (incoming: IncomingMessage) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(json);
  });
}
