import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { problemOf, send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

/** More than any other test here opens at once: a refusal holds its connection for a moment. */
const CONNECTIONS = 100;

let service: TestService;
const sockets: Socket[] = [];
beforeAll(async () => {
  service = await startTestService({
    SYNC_REQUEST_SECONDS: '1',
    SYNC_MAX_CONNECTIONS_PER_ADDRESS: String(CONNECTIONS),
    SYNC_UNKNOWN_KEYS_PER_SECOND: '30',
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => service.close());

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked at member by member
  readonly body: any;
  readonly closed: boolean;
}

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends exactly these bytes and reads until the service closes the connection. */
async function sendRaw(text: string): Promise<RawAnswer> {
  const socket = await open();
  let said = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(socket, 'close');
  socket.write(text);
  await ended;
  return parsed(said);
}

function parsed(said: string): RawAnswer {
  const [head = '', body = ''] = said.split('\r\n\r\n');
  const [line = '', ...rest] = head.split('\r\n');
  const headers = Object.fromEntries(
    rest.map((header) => [header.slice(0, header.indexOf(':')).toLowerCase(), header.slice(header.indexOf(':') + 2)]),
  );
  return { status: Number(line.split(' ')[1]), headers, body: body && JSON.parse(body), closed: true };
}

const bearer = async () => `Bearer ${await token('org-1')}`;
/** Announced, and never sent. */
const announced = (path: string, bytes: number, ...headers: string[]) =>
  ['POST', 'PUT', 'PATCH'].includes(path.split(' ')[0] as string)
    ? [
        `${path} HTTP/1.1`,
        'Host: x',
        'Content-Type: application/json',
        `Content-Length: ${bytes}`,
        ...headers,
        '',
        '{"half',
      ].join('\r\n')
    : '';

describe('What Node refuses itself is a problem document, too', () => {
  it.each([
    [
      'an address of 20,000 characters',
      `GET /api/sync/whoami?${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    [
      'a token of 17 KB',
      `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'a'.repeat(17_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400, 'malformed-request'],
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'malformed-request'],
    [
      'a length that is no number',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n',
      400,
      'malformed-request',
    ],
  ])('%s', async (_what, text, status, problem) => {
    const answer = await sendRaw(text);
    expect(answer).toMatchObject({
      status,
      body: { status },
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    });
    expect(problemOf(answer)).toBe(problem);
    if (status === 431) expect(answer.body.detail).toContain('token');
  });

  it.each([
    ['', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['', 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half'],
  ])('a request that does not arrive in time: 408, and the connection is closed', async (_, text) => {
    const answer = await sendRaw(text);
    expect(answer).toMatchObject({ status: 408, body: { status: 408 } });
    expect(problemOf(answer)).toBe('request-timeout');
  });

  it('Half a body is given up after 30 seconds, or what is set, however its bytes drip', async () => {
    const socket = await open();
    let said = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
    socket.write(announced('POST /api/sync/activity', 100_000, `Authorization: ${await bearer()}`));
    const drip = setInterval(() => socket.write(' '), 100);
    await once(socket, 'close');
    clearInterval(drip);
    expect(parsed(said)).toMatchObject({ status: 408, body: { status: 408 } });
  });
});

describe('A large body without credentials is not read', () => {
  it.each([
    ['POST /api/sync/activity', 401],
    ['PATCH /api/sync/progress', 401],
    ['PUT /api/sync/previews', 401],
    ['POST /api/sync/connections', 401],
    ['POST /nowhere', 404],
    ['POST /api/sync/nowhere', 404],
    ['POST /api/sync/hooks/00000000-0000-4000-8000-000000000000', 404],
  ])('%s: %i, before the body came', async (path, status) => {
    const answer = await sendRaw(announced(path, 8_388_590));
    expect(answer).toMatchObject({ status, body: { status }, headers: { connection: 'close' } });
  });

  it('a client that sends all the same gets to read the refusal', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(8_000_000) });
    const headers = { 'content-type': 'application/json' };
    for (let n = 0; n < 5; n++) {
      const refused = await fetch(`${service.url}/api/sync/activity`, { method: 'POST', headers, body });
      expect(refused.status).toBe(401);
    }
  });

  it('a scope that is missing is told before the body came', async () => {
    const reader = `Bearer ${await token('org-1', { scope: 'sync:read' })}`;
    expect(await sendRaw(announced('POST /api/sync/activity', 8_388_590, `Authorization: ${reader}`))).toMatchObject({
      status: 403,
    });
  });

  it.each([
    ['/sign-in', 4 * 1024, false],
    ['/api/sync/progress', 64 * 1024, true],
    ['/api/sync/runs', 64 * 1024, true],
    ['/api/sync/activity', 8 * 1024 * 1024, true],
  ])('POST %s takes at most %i bytes', async (path, bytes, withCredentials) => {
    const authorization: Record<string, string> = withCredentials ? { authorization: await bearer() } : {};
    const body = (length: number) => JSON.stringify({ key: 'x'.repeat(length - 10) });
    const headers = { method: 'POST', 'sec-fetch-site': 'same-origin', ...authorization };
    expect((await send(service, path, { ...headers, body: body(bytes) })).status).not.toBe(413);
    expect((await send(service, path, { ...headers, body: body(bytes + 1) })).problem).toBe('body-too-large');
  });
});

describe('Connections of one address', () => {
  it('beyond the limit are closed, and when others have ended there is room again', async () => {
    const held = await Promise.all(Array.from({ length: CONNECTIONS }, open));
    const refused = await open();
    await once(refused, 'close');
    held[0]?.destroy();
    await expect.poll(async () => (await fetch(`${service.url}/health/live`).catch(() => undefined))?.status).toBe(200);
  });
});

describe('Credentials that are not known', () => {
  it('are 429 with Retry-After after some dozens, and whoever is known is served all the while', async () => {
    const known = await bearer();
    const whoami = () => send(service, '/api/sync/whoami', { authorization: known });
    expect((await whoami()).status).toBe(200);
    const tryKeys = () =>
      Promise.all(
        Array.from({ length: 60 }, (_, index) => send(service, '/api/sync/whoami', { 'x-api-key': `syk_${index}` })),
      );
    const refused = (await tryKeys()).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ problem: 'too-many-requests', headers: { 'retry-after': '1' } });
    expect((await whoami()).status).toBe(200);
    // A new token of the same address, and a key that was looked up some time ago.
    const fresh = `Bearer ${await token('org-2', { sub: 'somebody-new' })}`;
    expect((await send(service, '/api/sync/whoami', { authorization: fresh })).status).toBe(200);
    // The sign-in and the webhooks of unknown connections are asked by the same bucket, which is full again after a second.
    const posted = { method: 'POST', 'sec-fetch-site': 'same-origin', body: JSON.stringify({ key: 'syk_guess' }) };
    const guess = () =>
      Promise.all([
        send(service, '/api/sync/whoami', { authorization: 'Bearer a.b.c' }),
        send(service, '/sign-in', posted),
        send(service, `/api/sync/hooks/${randomUUID()}`, { method: 'POST', body: '{}' }),
      ]);
    const statuses = async () => {
      await tryKeys();
      return (await guess()).map(({ status }) => status);
    };
    await expect.poll(statuses, { timeout: 20_000 }).toEqual([429, 429, 429]);
  });
});

describe('A path that does not exist is 404, not 500', () => {
  it.each([
    '/assets/../index.html',
    '/assets/%00',
    '/assets/',
    '/assets/..%2f..%2fpackage.json',
    '/docs/../../package.json',
  ])('%s', async (path) => {
    const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    });
  });
});
