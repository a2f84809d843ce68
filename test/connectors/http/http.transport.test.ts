import { lookup as systemLookup } from 'node:dns';
import { type AddressInfo, createServer } from 'node:net';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Lookup } from '../../../src/connectors/http/http.options.ts';
import { Bench, errorOf, get, post, respond } from './server.fixture.ts';

const bench = new Bench();
afterEach(() => bench.close());
const MEGABYTE = 1024 * 1024;

/** Every name is this address. */
const nameOf =
  (address: string): Lookup =>
  (_name, _options, callback) =>
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);

/** Responds to each connection with these bytes and ends it. */
async function rawServer(bytes: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((socket) =>
    socket.once('data', () => socket.end(Buffer.from(bytes, 'latin1'))).on('error', () => {}),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe('a request', () => {
  test('is sent unchanged, with our user agent, and its response is returned as text', async () => {
    const server = await bench.server((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => respond(response, 201, Buffer.concat(chunks).toString(), { 'X-WP-Total': '7' }));
    });
    const request = post(`${server.url}/wp-json?x=1`, {
      body: '{"name":"Zoë"}',
      headers: { 'Content-Type': 'text/x' },
    });
    const received = await bench.client().send(request);
    expect(received).toMatchObject({ status: 201, body: '{"name":"Zoë"}', headers: { 'x-wp-total': '7' } });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/wp-json?x=1',
      headers: { 'user-agent': 'sync-operations', 'content-type': 'text/x', 'accept-encoding': 'gzip, deflate' },
    });
  });

  test('with what HTTP does not allow is refused without showing it', async () => {
    const server = await bench.server((_request, response) => respond(response, 200));
    const error = await errorOf(bench.client().send(get(server.url, { headers: { authorization: 'Basic secret\n' } })));
    expect(error.kind).toBe('rejected');
    expect(`${error.message} ${String(error.cause)}`).not.toContain('secret');
  });
});

describe('a body', () => {
  test.each([
    ['gzip', gzipSync('{"a":1}')],
    ['x-gzip', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['deflate', deflateRawSync('{"a":1}')],
    ['identity', Buffer.from('\ufeff{"a":1}')],
  ])('in %s is read', async (encoding, body) => {
    const server = await bench.server((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    expect((await bench.client().send(get(server.url))).body).toBe('{"a":1}');
  });

  test.each([
    ['a bomb of gzip', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50 * MEGABYTE)), 'too-large'],
    ['a long one, announced', {}, Buffer.alloc(2 * MEGABYTE), 'too-large'],
    ['a long one, in chunks', { 'transfer-encoding': 'chunked' }, Buffer.alloc(2 * MEGABYTE), 'too-large'],
    ['broken gzip', { 'content-encoding': 'gzip' }, Buffer.from('not gzip at all'), 'protocol'],
    ['an encoding nobody asked for', { 'content-encoding': 'br' }, Buffer.from('x'), 'protocol'],
  ])('%s is refused', async (_name, headers, body, kind) => {
    const server = await bench.server((_request, response) => {
      response.writeHead(200, headers as unknown as Record<string, string>).end(body);
    });
    const error = await errorOf(bench.client({ maxResponseBytes: MEGABYTE }).send(get(server.url)));
    expect(error).toMatchObject({ kind, ambiguous: false });
    expect(server.requests).toHaveLength(1);
  });

  const ended = gzipSync('{"all":"of it"}').subarray(0, -12).toString('latin1');
  test.each([
    ['before its Content-Length', 'Content-Length: 100\r\n\r\n{"half":'],
    ['before its Content-Length, closing', 'Connection: close\r\nContent-Length: 100\r\n\r\n{"half":'],
    ['inside a chunk', 'Transfer-Encoding: chunked\r\n\r\n20\r\n{"half":'],
    ['before the last chunk', 'Transfer-Encoding: chunked\r\n\r\n8\r\n{"half":\r\n'],
    ['before the last chunk, closing', 'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"half":\r\n'],
    ['inside a chunk, closing', 'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"half":'],
    ['inside its gzip', `Connection: close\r\nContent-Encoding: gzip\r\n\r\n${ended}`],
  ])('that ends %s is never given out as whole', async (_name, rest) => {
    const server = await rawServer(`HTTP/1.1 200 OK\r\n${rest}`);
    try {
      const client = bench.client();
      const read = await errorOf(client.send(get(`${server.url}/a?key=secret`)));
      expect(read).toMatchObject({ kind: 'unavailable', ambiguous: false });
      expect(read.message).toBe(`GET ${server.url.slice(7)}/a: the response was cut off`);
      expect(await errorOf(client.send(post(server.url)))).toMatchObject({ kind: 'unavailable', ambiguous: true });
    } finally {
      await server.close();
    }
  });

  test('that is not HTTP is recognised', async () => {
    const server = await rawServer('SSH-2.0-OpenSSH\r\n');
    try {
      expect(await errorOf(bench.client().send(get(server.url)))).toMatchObject({ kind: 'protocol' });
    } finally {
      await server.close();
    }
  });
});

describe('a slow system', () => {
  test('is given up when no response begins', async () => {
    const server = await bench.server(() => {});
    const client = bench.client({ headersTimeoutMs: 30, writeTimeoutMs: 30, maxAttempts: 2 });
    expect(await errorOf(client.send(get(server.url)))).toMatchObject({ kind: 'timeout', ambiguous: false });
    expect(server.requests).toHaveLength(2);
    expect(await errorOf(client.send(post(server.url)))).toMatchObject({ kind: 'timeout', ambiguous: true });
    expect(server.requests).toHaveLength(3);
  });

  test('has longer for what is written, and is not asked for that again at once when it took too long', async () => {
    const server = await bench.server((_request, response) => void setTimeout(() => response.end('{}'), 150));
    const slow = bench.client({ headersTimeoutMs: 30, totalTimeoutMs: 30, writeTimeoutMs: 10_000, maxAttempts: 1 });
    expect(await errorOf(slow.send(get(server.url)))).toMatchObject({ kind: 'timeout' });
    expect(await slow.send(post(server.url))).toMatchObject({ status: 200 });
    expect(await slow.send({ ...post(server.url), idempotent: true, writes: true })).toMatchObject({ status: 200 });
    const quick = bench.client({
      headersTimeoutMs: 10_000,
      totalTimeoutMs: 10_000,
      writeTimeoutMs: 30,
      maxAttempts: 3,
    });
    expect(await quick.send(get(server.url))).toMatchObject({ status: 200 });
    const before = server.requests.length;
    const update = { ...post(server.url), idempotent: true, writes: true };
    expect(await errorOf(quick.send(update))).toMatchObject({ kind: 'timeout', ambiguous: false });
    expect(server.requests).toHaveLength(before + 1);
  });

  test('is given up when its response does not end', async () => {
    const server = await bench.server((_request, response) => {
      response.writeHead(200).write('{');
    });
    const error = await errorOf(bench.client({ totalTimeoutMs: 40, maxAttempts: 1 }).send(get(server.url)));
    expect(error).toMatchObject({ kind: 'timeout' });
  });
});

describe('an address', () => {
  test('whose name resolves into the own network is refused before anything is sent', async () => {
    const server = await bench.server((_request, response) => respond(response, 200));
    const client = bench.client({ lookup: nameOf('127.0.0.1') }, { allowPrivateAddresses: false });
    const error = await errorOf(client.send(get(`http://shop.example:${server.port}/wp-json?key=secret`)));
    expect(error).toMatchObject({ kind: 'address-refused' });
    expect(error.message).toBe(`GET shop.example:${server.port}/wp-json: shop.example is not on the public internet`);
    expect(server.requests).toHaveLength(0);
  });

  test('localhost is refused as the system resolves it', async () => {
    const server = await bench.server((_request, response) => respond(response, 200));
    const client = bench.client({ lookup: systemLookup }, { allowPrivateAddresses: false });
    const refused = await errorOf(client.send(get(`http://localhost:${server.port}/`)));
    expect(refused).toMatchObject({ kind: 'address-refused' });
    const literal = await errorOf(client.send(get(`http://2130706433:${server.port}/`)));
    expect(literal).toMatchObject({ kind: 'address-refused' });
    expect(server.requests).toHaveLength(0);
  });

  test('is not reached over a socket that a connection with more rights left open', async () => {
    const server = await bench.server((_request, response) => respond(response, 200));
    const clients = bench.clients({ lookup: nameOf('127.0.0.1') });
    const url = `http://shop.example:${server.port}/`;
    const trusted = clients.for('one', { allowHttp: true, allowPrivateAddresses: true });
    expect((await trusted.send(get(url))).status).toBe(200);
    const other = clients.for('two', { allowHttp: true, allowPrivateAddresses: false });
    expect(await errorOf(other.send(get(url)))).toMatchObject({ kind: 'address-refused' });
    expect(server.requests).toHaveLength(1);
  });

  test('must be https unless the connection allows http', async () => {
    const client = bench.client({}, { allowHttp: false });
    expect(await errorOf(client.send(get('http://shop.example/')))).toMatchObject({ kind: 'address-refused' });
  });

  test('that speaks no TLS is unavailable, and a write to it surely did not happen', async () => {
    const server = await bench.server((_request, response) => respond(response, 200));
    const error = await errorOf(bench.client().send(post(`https://127.0.0.1:${server.port}/`)));
    expect(error).toMatchObject({ kind: 'unavailable', ambiguous: false });
  });
});

describe('a redirect', () => {
  test('on the same host is followed with the credentials', async () => {
    const server = await bench.server((request, response) => {
      if (request.url === '/old') respond(response, 301, '', { location: '/new?x=1' });
      else respond(response, 200, JSON.stringify([request.url, request.headers.authorization]));
    });
    const received = await bench.client().send(get(`${server.url}/old`, { headers: { authorization: 'Basic x' } }));
    expect(received.body).toBe('["/new?x=1","Basic x"]');
  });

  test('to another host is refused, and that host hears nothing', async () => {
    const other = await bench.server((_request, response) => respond(response, 200));
    const server = await bench.server((_request, response) => {
      respond(response, 302, '', { location: `${other.url}/in?key=secret` });
    });
    const error = await errorOf(bench.client().send(get(`${server.url}/a`)));
    expect(error).toMatchObject({ kind: 'address-refused', status: 302 });
    expect(error.message).toBe(
      `GET 127.0.0.1:${server.port}/a: redirects to ${other.url}/in, which may not be followed`,
    );
    expect(other.requests).toHaveLength(0);
  });

  test('of a write names the address to configure', async () => {
    const server = await bench.server((_request, response) => respond(response, 301, '', { location: '/shop/a?b' }));
    const error = await errorOf(bench.client().send(post(`${server.url}/a`)));
    expect(error).toMatchObject({ kind: 'address-refused', ambiguous: false });
    expect(error.message).toContain(`redirects to ${server.url}/shop/a; configure that address`);
    expect(server.requests).toHaveLength(1);
  });

  test('without end is left after three', async () => {
    const server = await bench.server((request, response) =>
      respond(response, 307, '', { location: `${request.url}x` }),
    );
    expect(await errorOf(bench.client().send(get(`${server.url}/`)))).toMatchObject({ kind: 'address-refused' });
    expect(server.requests).toHaveLength(4);
  });
});
