import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call that changes something, as it passed. */
export interface RecordedWrite {
  /** `POST /wp-json/wc/v3/customers/batch` */
  readonly what: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked at member by member
  readonly body: any;
}

export interface RecordingProxy {
  readonly url: string;
  /** Since the last call of this. */
  takeWrites(): RecordedWrite[];
  stop(): Promise<void>;
}

/** Stands in front of a sandbox and keeps what is written through it. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  let writes: RecordedWrite[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const path = new URL(request.url ?? '/', target).pathname;
    if (request.method !== 'GET') writes.push({ what: `${request.method} ${path}`, body: text && JSON.parse(text) });
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'host' && name !== 'connection');
    const received = await fetch(target + request.url, {
      method: request.method,
      headers: Object.fromEntries(headers) as Record<string, string>,
      ...(text && { body: text }),
    });
    const headersToPass = [...received.headers].filter(
      ([name]) => !/^(content-length|connection|transfer-encoding)$/.test(name),
    );
    response.writeHead(received.status, Object.fromEntries(headersToPass)).end(await received.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeWrites() {
      const taken = writes;
      writes = [];
      return taken;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const WRITES = /^(create|write|unlink|load|action_\w+)$/;

/** The calls to an Odoo that change something, whichever way they came: `res.partner.write` and its values. */
export function odooWrites(calls: readonly RecordedWrite[]) {
  return calls.flatMap(({ what, body }) => {
    const [, model, method] = /\/json\/2\/([\w.]+)\/(\w+)$/.exec(what) ?? [];
    if (model && method)
      return WRITES.test(method) ? [{ call: `${model}.${method}`, vals: body.vals ?? body.vals_list }] : [];
    const [, , , name, verb = '', given] = body?.params?.args ?? [];
    return WRITES.test(verb) ? [{ call: `${name}.${verb}`, vals: verb === 'create' ? given[0] : given[1] }] : [];
  });
}
