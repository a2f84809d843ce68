import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface PassedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface BendingProxy {
  readonly url: string;
  /** Changes each answer on its way back; to begin with, none. */
  bend: (answer: Answer, request: PassedRequest) => Answer | Promise<Answer>;
  stop(): Promise<void>;
}

/** Stands in front of a system, as a plugin's filter, a cache or a firewall does. A shop signs for its own address: set `home_url`. */
export async function startBendingProxy(target: string): Promise<BendingProxy> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '/',
      body: Buffer.concat(chunks).toString(),
    };
    const headers = Object.entries(incoming.headers).filter(([name]) => name !== 'host' && name !== 'connection');
    const received = await fetch(target + request.path, {
      method: request.method,
      redirect: 'manual',
      headers: Object.fromEntries(headers) as Record<string, string>,
      ...(request.body && { body: request.body }),
    });
    const passed = [...received.headers].filter(
      ([name]) => !/^(content-length|content-encoding|connection|transfer-encoding)$/.test(name),
    );
    const answer = { status: received.status, headers: Object.fromEntries(passed), body: await received.text() };
    const bent = await proxy.bend(answer, request);
    response.writeHead(bent.status, bent.headers).end(bent.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: BendingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bend: (answer) => answer,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
}

/** Bends the rows of a list: those of a shop, or the result of an Odoo. Any other answer stays as it is. */
export function bendRows(answer: Answer, change: (row: Record<string, unknown>) => object): Answer {
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    return answer;
  }
  const bent = (rows: unknown) =>
    Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null) ? rows.map(change) : rows;
  const result = (body as { result?: unknown } | null)?.result;
  return {
    ...answer,
    body: JSON.stringify(result === undefined ? bent(body) : { ...(body as object), result: bent(result) }),
  };
}
