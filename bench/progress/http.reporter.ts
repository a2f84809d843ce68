import { connect, type Socket } from 'node:net';
import { SignJWT } from 'jose';
import type { BenchSync, Reporter } from './load.types.ts';

const HEAD_END = '\r\n\r\n';

interface HttpTarget {
  readonly url: string;
  readonly jwtSecret: string;
}

/**
 * PATCH /api/sync/progress/{sync_id} over one keep-alive connection, with a token of its own. It uses the bare socket, because a
 * load generator that costs much CPU would measure itself.
 */
export async function openHttpReporter({ org_id, sync_id }: BenchSync, target: HttpTarget): Promise<Reporter> {
  const patch = await openPatch(`/api/sync/progress/${encodeURIComponent(sync_id)}`, org_id, target);
  return {
    report: async (processedCount) => {
      const body = `{"processed_count":${processedCount},"failed_count":0,"current_item":${processedCount}}`;
      const { status, text } = await patch(body);
      if (status !== 200 || !text.includes(`"processed_count":${processedCount},`))
        throw new Error(`${sync_id}: report of ${processedCount} got ${status} ${text.slice(0, 300)}`);
    },
  };
}

/** PATCH /api/sync/progress with a report of each of these syncs, all of one organization. */
export async function openBulkReporter(syncs: readonly BenchSync[], target: HttpTarget): Promise<Reporter> {
  const patch = await openPatch('/api/sync/progress', syncs[0]?.org_id ?? '', target);
  return {
    report: async (processedCount) => {
      const counts = `"processed_count":${processedCount},"failed_count":0,"current_item":${processedCount}`;
      const body = `{"items":[${syncs.map(({ sync_id }) => `{"sync_id":"${sync_id}",${counts}}`).join(',')}]}`;
      const { status, text } = await patch(body);
      const right = text.split(`"processed_count":${processedCount},`).length - 1;
      if (status !== 200 || right !== syncs.length)
        throw new Error(`a bulk report of ${processedCount} got ${status} and ${right} right: ${text.slice(0, 300)}`);
    },
  };
}

async function openPatch(
  path: string,
  orgId: string,
  target: HttpTarget,
): Promise<(body: string) => Promise<HttpResponse>> {
  const { hostname, port, host } = new URL(target.url);
  const token = await new SignJWT({ org_id: orgId, scope: 'sync:write' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`reporter-of-${path}`)
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(target.jwtSecret));
  const head = [
    `PATCH ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Content-Length: ',
  ].join('\r\n');
  const exchange = await openExchange(Number(port), hostname);
  return (body) => exchange(`${head}${body.length}${HEAD_END}${body}`);
}

interface HttpResponse {
  readonly status: number;
  readonly text: string;
}

/** Sends one request at a time and reads its response, whose Content-Length the service always sends. */
async function openExchange(port: number, host: string): Promise<(request: string) => Promise<HttpResponse>> {
  const socket = await opened(connect({ port, host, noDelay: true }));
  let chunks: string[] = [];
  let missing = 0;
  let waiting: PromiseWithResolvers<HttpResponse> | undefined;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the service closed the connection')));
  // One byte a character, as Content-Length counts; the rows of the bench are ASCII.
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    chunks.push(chunk);
    missing -= chunk.length;
    // A long body is looked at once it is complete.
    if (missing > 0) return;
    const parsed = parse(chunks.join(''));
    if ('missing' in parsed) {
      missing = parsed.missing;
      return;
    }
    chunks = [];
    missing = 0;
    waiting?.resolve(parsed);
  });
  return (request) => {
    waiting = Promise.withResolvers();
    socket.write(request, 'latin1');
    return waiting.promise;
  };
}

function parse(received: string): HttpResponse | { readonly missing: number } {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return { missing: 1 };
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1]);
  const text = received.slice(headEnd + HEAD_END.length);
  if (text.length < length) return { missing: length - text.length };
  if (text.length !== length) throw new Error(`the response is longer than its Content-Length:\n${received}`);
  return { status: Number(received.slice(9, 12)), text };
}

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });
}
