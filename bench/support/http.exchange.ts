import { connect, type Socket } from 'node:net';
import { SignJWT } from 'jose';

export const HEAD_END = '\r\n\r\n';

/** The first lines of a request with a token of the organization, up to what follows of its own. */
export async function requestHead(
  method: string,
  path: string,
  { url, orgId, jwtSecret }: { readonly url: string; readonly orgId: string; readonly jwtSecret: string },
): Promise<string> {
  const token = await new SignJWT({ org_id: orgId, scope: 'sync:write' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`user-of-${path}`)
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(jwtSecret));
  return [`${method} ${path} HTTP/1.1`, `Host: ${new URL(url).host}`, `Authorization: Bearer ${token}`].join('\r\n');
}

export interface HttpResponse {
  readonly status: number;
  readonly text: string;
}

/**
 * A keep-alive connection that sends one request at a time and reads its response, whose Content-Length the service always sends; one that
 * was closed while it was idle is opened again. A bare socket, because a load generator that costs much CPU would measure itself.
 */
export async function openExchange(url: string): Promise<(request: string) => Promise<HttpResponse>> {
  let connection = await openConnection(url);
  return async (request) => {
    if (connection.isClosed()) connection = await openConnection(url);
    return connection.exchange(request);
  };
}

async function openConnection(url: string) {
  const { hostname, port } = new URL(url);
  const socket = await opened(connect({ port: Number(port), host: hostname, noDelay: true }));
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
  return {
    isClosed: () => socket.destroyed || socket.readableEnded,
    exchange: (request: string): Promise<HttpResponse> => {
      waiting = Promise.withResolvers();
      socket.write(request, 'latin1');
      return waiting.promise;
    },
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
