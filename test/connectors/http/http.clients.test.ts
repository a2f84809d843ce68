import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { steadyNow } from '../../../src/common/clock.ts';
import { Bench, errorOf, get, post, respond, startServer } from './server.fixture.ts';

const bench = new Bench();
afterEach(() => bench.close());

async function untilTrue(probe: () => boolean): Promise<void> {
  while (!probe()) await new Promise((done) => setImmediate(done));
}

describe('a failure that passes', () => {
  test('is retried with a new signature each time', async () => {
    const server = await bench.server((_request, response, nth) => {
      respond(
        response,
        nth < 3 ? 502 : 200,
        nth < 3 ? '<html>' : '{"ok":true}',
        nth < 3 ? { 'content-type': 'text/html' } : {},
      );
    });
    let nonce = 0;
    const sign = () => ({ url: `${server.url}/a?nonce=${++nonce}`, headers: { 'X-Nonce': `${nonce}` } });
    const received = await bench.client().send(get(`${server.url}/a`, { sign }));
    expect(received.body).toBe('{"ok":true}');
    expect(server.requests.map(({ url, headers }) => [url, headers['x-nonce']])).toEqual([
      ['/a?nonce=1', '1'],
      ['/a?nonce=2', '2'],
      ['/a?nonce=3', '3'],
    ]);
  });

  test('ends after the last attempt, without the query in its message', async () => {
    const server = await bench.server((_request, response) =>
      respond(response, 503, '', { 'content-type': 'text/html' }),
    );
    const error = await errorOf(bench.client().send(get(`${server.url}/wp-json?consumer_secret=cs_1`)));
    expect(error).toMatchObject({ kind: 'unavailable', status: 503, ambiguous: false });
    expect(error.message).toBe(`GET 127.0.0.1:${server.port}/wp-json: the system responded with status 503`);
    expect(server.requests).toHaveLength(3);
  });

  test('of a write that was surely not carried out is tried again', async () => {
    const server = await bench.server((_request, response, nth) => respond(response, nth === 1 ? 429 : 201));
    expect((await bench.client().send(post(server.url))).status).toBe(201);
    expect(server.requests).toHaveLength(2);
  });

  test('of a write whose connection was refused is tried again, and at last not ambiguous', async () => {
    const gone = await startServer(() => {});
    await gone.close();
    let lookups = 0;
    const client = bench.client({
      lookup: (_name, _options, callback) => {
        lookups++;
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const error = await errorOf(client.send(post(`http://shop.example:${gone.port}/`)));
    expect(error).toMatchObject({ kind: 'unavailable', ambiguous: false });
    expect(error.message).toContain('the connection was refused');
    expect(lookups).toBe(3);
  });

  test('of a name that does not resolve is reported', async () => {
    const missing = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const client = bench.client({ lookup: (_name, _options, callback) => callback(missing, []) });
    const error = await errorOf(client.send(post('https://shop.example/')));
    expect(error).toMatchObject({ kind: 'unavailable', ambiguous: false });
    expect(error.message).toContain('the name could not be resolved');
  });

  test.each([
    ['a reset', 0],
    ['a 504', 504],
  ])('%s after a write leaves it open what happened', async (_name, status) => {
    const server = await bench.server((request, response) => {
      if (status === 0) request.socket.destroy();
      else respond(response, status);
    });
    expect(await errorOf(bench.client().send(post(server.url)))).toMatchObject({ ambiguous: true });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [500, 2],
    [501, 1],
  ])('a %i that explains itself in JSON is a response after %i attempts', async (status, attempts) => {
    const server = await bench.server((_request, response) => respond(response, status, '{"code":"x"}'));
    expect(await bench.client().send(get(server.url))).toMatchObject({ status, body: '{"code":"x"}' });
    expect(server.requests).toHaveLength(attempts);
  });
});

describe('a rate limit', () => {
  test('that is short is waited for, reported, and holds the other requests as well', async () => {
    const arrivals: number[] = [];
    const server = await bench.server((_request, response, nth) => {
      arrivals.push(Date.now());
      respond(response, nth === 1 ? 429 : 200, '{}', nth === 1 ? { 'retry-after': '0.15' } : {});
    });
    const clients = bench.clients();
    const reported: (number | null)[] = [];
    const access = { allowHttp: true, allowPrivateAddresses: true };
    const first = clients.for('a', { ...access, onWait: (until) => reported.push(until) });
    const sent = first.send(get(server.url));
    await untilTrue(() => reported.length > 0);
    await Promise.all([sent, clients.for('a', access).send(get(server.url))]);
    expect(arrivals).toHaveLength(3);
    expect(Math.min(...arrivals.slice(1)) - Number(arrivals[0])).toBeGreaterThanOrEqual(149);
    expect(reported).toEqual([expect.any(Number), null]);
  });

  test('that is long is not waited for, by anybody of the connection, and others go on', async () => {
    const server = await bench.server((_request, response, nth) => {
      respond(response, nth === 1 ? 429 : 200, '{}', { 'retry-after': '3600' });
    });
    const clients = bench.clients();
    const access = { allowHttp: true, allowPrivateAddresses: true };
    const error = await errorOf(clients.for('a', access).send(get(server.url)));
    expect(error).toMatchObject({ kind: 'rate-limited', status: 429 });
    expect(Number(error.retryAt) - Date.now()).toBeGreaterThan(3_590_000);
    const next = await errorOf(clients.for('a', access).send(post(server.url)));
    expect(next).toMatchObject({ kind: 'rate-limited', retryAt: error.retryAt, ambiguous: false });
    expect(server.requests).toHaveLength(1);
    expect((await clients.for('b', access).send(get(server.url))).status).toBe(200);
  });
});

describe('a clock', () => {
  afterEach(() => vi.useRealTimers());

  test('that is set back an hour lengthens no pause that a system requested', async () => {
    const server = await bench.server((_request, response, nth) => {
      respond(response, nth === 1 ? 429 : 200, '{}', nth === 1 ? { 'retry-after': '0.3' } : {});
    });
    const onWait = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    const client = bench.clients().for('a', { allowHttp: true, allowPrivateAddresses: true, onWait });
    expect((await client.send(get(server.url))).status).toBe(200);
  });

  test('that is set back an hour does not keep the circuit open', async () => {
    let healthy = false;
    const server = await bench.server((_request, response) => respond(response, healthy ? 200 : 502, ''));
    const client = bench.client({ maxAttempts: 1, breakAfter: 1, halfOpenAfterMs: 50 });
    await errorOf(client.send(get(server.url)));
    expect(await errorOf(client.send(get(server.url)))).toMatchObject({ kind: 'unavailable' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    healthy = true;
    const reopened = steadyNow() + 1_200;
    await untilTrue(() => steadyNow() > reopened);
    expect((await client.send(get(server.url))).status).toBe(200);
  });

  test('of the system that differs from ours does not change until when it asks to wait', async () => {
    const theirs = Date.now() + 600_000;
    const server = await bench.server((_request, response) => {
      const date = new Date(theirs).toUTCString();
      respond(response, 429, '{}', { date, 'retry-after': new Date(theirs + 90_000).toUTCString() });
    });
    const error = await errorOf(bench.client().send(get(server.url)));
    expect(Math.abs(Number(error.retryAt) - steadyNow() - 90_000)).toBeLessThan(5_000);
  });
});

describe('the circuit', () => {
  test('opens after failures in a row, tries again after a while, and closes', async () => {
    let healthy = false;
    const server = await bench.server((_request, response) => {
      respond(response, healthy ? 200 : 502, '');
    });
    const client = bench.client({ maxAttempts: 1, breakAfter: 2, halfOpenAfterMs: 250 });
    await errorOf(client.send(get(server.url)));
    await errorOf(client.send(get(server.url)));
    const open = await errorOf(client.send(post(server.url)));
    expect(open).toMatchObject({ kind: 'unavailable', ambiguous: false });
    expect(open.retryAt).toBeGreaterThan(Date.now() - 250);
    expect(server.requests).toHaveLength(2);
    healthy = true;
    await untilTrue(() => Date.now() > Number(open.retryAt));
    expect((await client.send(get(server.url))).status).toBe(200);
    expect((await client.send(get(server.url))).status).toBe(200);
  });

  test('stays open when the one call that tries it is aborted', async () => {
    const server = await bench.server((_request, response, nth) => {
      if (nth === 1) respond(response, 502);
    });
    const client = bench.client({ maxAttempts: 1, breakAfter: 1, halfOpenAfterMs: 250 });
    await errorOf(client.send(get(server.url)));
    const { retryAt } = await errorOf(client.send(get(server.url)));
    await untilTrue(() => Date.now() > Number(retryAt));
    const abort = new AbortController();
    const probe = errorOf(client.send(get(server.url, { signal: abort.signal })));
    await untilTrue(() => server.requests.length === 2);
    abort.abort();
    await probe;
    const next = await errorOf(client.send(get(server.url)));
    expect(next.message).toContain('not attempted');
    expect(server.requests).toHaveLength(2);
  });

  test('is left alone by responses that are merely errors', async () => {
    const server = await bench.server((_request, response) => respond(response, 500));
    const client = bench.client({ maxAttempts: 1, breakAfter: 2 });
    for (let call = 0; call < 4; call++) expect((await client.send(get(server.url))).status).toBe(500);
  });
});

describe('the concurrency', () => {
  test('of a connection is bounded, and halves under strain', async () => {
    const open: ServerResponse[] = [];
    let most = 0;
    const server = await bench.server((_request, response) => {
      most = Math.max(most, open.push(response));
    });
    const client = bench.client({ maxConcurrency: 4, maxAttempts: 1 });
    const begin = (size: number) =>
      Promise.allSettled(Array.from({ length: size }, () => client.send(get(server.url))));
    const finish = async (size: number, status: number) => {
      await untilTrue(() => open.length === size);
      for (const response of open.splice(0)) respond(response, status);
    };
    const all = begin(12);
    for (let round = 0; round < 3; round++) await finish(4, 200);
    await all;
    expect(most).toBe(4);

    for (let strained = 0; strained < 2; strained++) {
      const one = begin(1);
      await finish(1, 429);
      await one;
    }
    most = 0;
    const two = begin(2);
    await finish(1, 200);
    await finish(1, 200);
    await two;
    expect(most).toBe(1);
  });
});

describe('an abort', () => {
  test('ends a request under way, and says whether a write is in doubt', async () => {
    const server = await bench.server(() => {});
    const abort = new AbortController();
    const client = bench.client();
    const read = errorOf(client.send(get(`${server.url}/r`, { signal: abort.signal })));
    const write = errorOf(client.send(post(`${server.url}/w`, { signal: abort.signal })));
    await untilTrue(() => server.requests.length === 2);
    abort.abort(new Error('secret reason'));
    expect(await read).toMatchObject({ kind: 'aborted', ambiguous: false });
    expect(await write).toMatchObject({ kind: 'aborted', ambiguous: true });
    expect((await write).message).toBe(`POST 127.0.0.1:${server.port}/w: aborted`);
  });

  test('ends a request that waits for its place, for a rate limit, for a name, or has not begun', async () => {
    const server = await bench.server((_request, response, nth) => {
      if (nth === 1) respond(response, 429, '{}', { 'retry-after': '15' });
    });
    const abort = new AbortController();
    const { signal } = abort;
    let waits = 0;
    const limited = bench.client({}, { onWait: () => waits++ });
    const held = errorOf(limited.send(post(server.url, { signal })));
    await untilTrue(() => waits === 1);

    const busy = bench.client({ maxConcurrency: 1 });
    const running = errorOf(busy.send(get(server.url, { signal })));
    const queued = errorOf(busy.send(post(server.url, { signal })));
    await untilTrue(() => server.requests.length === 2);

    let asked = false;
    const lookup = () => {
      asked = true;
    };
    const resolving = errorOf(bench.client({ lookup }).send(post('http://shop.example/', { signal })));
    await untilTrue(() => asked);

    abort.abort();
    for (const error of await Promise.all([held, running, queued, resolving])) {
      expect(error).toMatchObject({ kind: 'aborted', ambiguous: false });
    }
    expect(waits).toBe(2);
    expect(await errorOf(busy.send(get(server.url, { signal })))).toMatchObject({ kind: 'aborted' });
    expect(server.requests).toHaveLength(2);
  });

  test('while a name is being resolved keeps the request from ever being sent', async () => {
    const server = await bench.server((_request, response) => respond(response, 200));
    const waiting: (() => void)[] = [];
    let held = true;
    const client = bench.client({
      lookup: (_name, _options, callback) => {
        const resolve = () => callback(null, [{ address: '127.0.0.1', family: 4 }]);
        if (held) waiting.push(resolve);
        else resolve();
      },
    });
    const url = `http://shop.example:${server.port}`;
    const abort = new AbortController();
    const late = errorOf(client.send(post(`${url}/late`, { signal: abort.signal })));
    await untilTrue(() => waiting.length === 1);
    abort.abort();
    await late;
    held = false;
    waiting[0]?.();
    await client.send(get(`${url}/second`));
    expect(server.requests.map(({ url: path }) => path)).toEqual(['/second']);
  });

  test('is what closing does to everything', async () => {
    const server = await bench.server(() => {});
    const clients = bench.clients();
    const client = clients.for('a', { allowHttp: true, allowPrivateAddresses: true });
    const running = errorOf(client.send(get(server.url)));
    await untilTrue(() => server.requests.length === 1);
    await clients.close();
    expect(await running).toMatchObject({ kind: 'aborted' });
    expect(await errorOf(client.send(get(server.url)))).toMatchObject({ kind: 'aborted' });
  });
});
