import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxyRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

export interface ProxyResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Ends the connection in place of a response. */
export const CUT: ProxyResponse = { status: 0, headers: {}, body: '' };

/** Responds itself, or changes what the system behind responds to a request, which `forward` sends on, changed if need be. */
export type Bend = (
  request: ProxyRequest,
  forward: (url?: URL, body?: string) => Promise<ProxyResponse>,
) => Promise<ProxyResponse> | ProxyResponse;

export interface BendingProxy {
  readonly url: string;
  /** Every request since the last call of this. */
  takeRequests(): ProxyRequest[];
  /** What bends from now on; null for nothing. */
  bend(next: Bend | null): void;
  stop(): Promise<void>;
}

/**
 * Stands between the service and a sandbox, as the plugins, caches and hosts in front of a real system do. A shop signs for its own
 * address: set `home_url`.
 */
export async function startBendingProxy(target: string, first: Bend | null = null): Promise<BendingProxy> {
  let bend = first;
  let requests: ProxyRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', target);
    const { method = 'GET' } = request;
    requests.push({ method, url, body });
    const dropped = new Set(['host', 'connection', 'content-length', 'accept-encoding']);
    const sent = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.has(name)));
    const forward = async (other = url, given = body): Promise<ProxyResponse> => {
      const headers = sent as Record<string, string>;
      const found = await fetch(other, { method, headers, redirect: 'manual', ...(given && { body: given }) });
      const kept = [...found.headers].filter(
        ([name]) => !/^(content-length|connection|keep-alive|transfer-encoding|content-encoding)$/.test(name),
      );
      return { status: found.status, headers: Object.fromEntries(kept), body: await found.text() };
    };
    const result = await (bend ? bend({ method, url, body }, forward) : forward());
    if (result === CUT) request.socket.destroy();
    else response.writeHead(result.status, result.headers).end(result.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    bend(next) {
      bend = next;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Changes each response on its way back. */
export function changed(change: (response: ProxyResponse, request: ProxyRequest) => ProxyResponse): Bend {
  return async (request, forward) => change(await forward(), request);
}

/** Bends the rows of a list: those of a shop, or the result of an Odoo. Any other answer stays as it is. */
export function bendRows(answer: ProxyResponse, change: (row: Record<string, unknown>) => object): ProxyResponse {
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
