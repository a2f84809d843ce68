import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Passed {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface AbandoningProxy {
  readonly url: string;
  /** What reached the system of the requests that were abandoned, in the order in which they began. */
  readonly abandoned: Passed[];
  /** How many of them were under way at the same time. */
  mostAtOnce(): number;
  stop(): Promise<void>;
}

export interface Abandons {
  /** Which requests. */
  readonly when: (request: Passed) => boolean;
  /** The client loses its connection after this. */
  readonly afterMs: number;
  /** What becomes of the request then: as a whole after `delayMs`, or in parts with that pause before each. */
  readonly delayMs: number;
  readonly parts?: (body: string) => readonly string[];
  /** Only so many; the rest are passed on at once. */
  readonly times?: number;
}

/** Stands in front of a system that goes on with a request when its client has left, slowly, as PHP and Odoo do. */
export async function startAbandoningProxy(target: string, abandons: Abandons): Promise<AbandoningProxy> {
  const abandoned: Passed[] = [];
  let [open, most] = [0, 0];
  const pass = ({ method, path, headers, body }: Passed) =>
    fetch(target + path, { method, headers, ...(body && { body }) });
  const finish = async (request: Passed) => {
    open += 1;
    most = Math.max(most, open);
    for (const body of abandons.parts?.(request.body) ?? [request.body]) {
      await delay(abandons.delayMs);
      await (await pass({ ...request, body })).text();
    }
    open -= 1;
  };
  const pending = new Set<Promise<void>>();
  const server = createServer(async (incoming, response) => {
    const request = await received(incoming);
    if (abandoned.length < (abandons.times ?? Number.POSITIVE_INFINITY) && abandons.when(request)) {
      abandoned.push(request);
      const work = finish(request);
      pending.add(work);
      work.finally(() => pending.delete(work));
      await delay(abandons.afterMs);
      incoming.socket.destroy();
      return;
    }
    const answer = await pass(request);
    const headers = [...answer.headers].filter(
      ([name]) => !/^(content-length|content-encoding|connection|transfer-encoding)$/.test(name),
    );
    response.writeHead(answer.status, Object.fromEntries(headers)).end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    abandoned,
    mostAtOnce: () => most,
    async stop() {
      await Promise.allSettled(pending);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function received(incoming: IncomingMessage): Promise<Passed> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.entries(incoming.headers).filter(
    ([name]) => !['host', 'connection', 'content-length'].includes(name),
  );
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString(),
  };
}
