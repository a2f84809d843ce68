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

/** Responds itself, or changes what the system behind responds to a request, which `forward` sends on, changed if need be. */
export type Bend = (
  request: ProxyRequest,
  forward: (url?: URL) => Promise<ProxyResponse>,
) => Promise<ProxyResponse> | ProxyResponse;

export interface FrontingProxy {
  readonly url: string;
  /** Every request since the last call of this. */
  takeRequests(): ProxyRequest[];
  /** What bends from now on; null for nothing. */
  bend(next: Bend | null): void;
  stop(): Promise<void>;
}

/** Stands between the service and a sandbox, as the plugins, caches and hosts in front of a real system do. */
export async function startFrontingProxy(target: string, first: Bend | null = null): Promise<FrontingProxy> {
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
    const forward = async (other = url): Promise<ProxyResponse> => {
      const found = await fetch(other, { method, headers: sent as Record<string, string>, ...(body && { body }) });
      const kept = [...found.headers].filter(
        ([name]) => !/^(content-length|connection|keep-alive|transfer-encoding|content-encoding)$/.test(name),
      );
      return { status: found.status, headers: Object.fromEntries(kept), body: await found.text() };
    };
    const result = await (bend ? bend({ method, url, body }, forward) : forward());
    response.writeHead(result.status, result.headers).end(result.body);
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
