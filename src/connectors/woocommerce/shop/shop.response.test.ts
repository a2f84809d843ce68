import { describe, expect, it } from 'vitest';
import { recordedResponse } from '../../../../test/connectors/woocommerce/recordings.support.ts';
import { readResponse, type ShopCall } from './shop.response.ts';

const LIST: ShopCall = { method: 'GET', path: '/customers', idempotent: true };
const CREATE: ShopCall = { method: 'POST', path: '/customers/batch', idempotent: false };
const NOW = Date.UTC(2026, 10, 22);

async function kindOf(name: string, call = LIST) {
  const result = await readResponse(recordedResponse(name), call, NOW);
  return result.ok ? 'ok' : result.error.kind;
}

async function errorOf(status: number, body: string, call = LIST, headers = {}) {
  const result = await readResponse({ status, headers, body }, call, NOW);
  return result.ok ? null : result.error;
}

describe("A shop's response", () => {
  it.each([
    ['10-bad-key', 'auth'],
    ['11-bad-secret', 'auth'],
    ['12-no-auth', 'auth'],
    ['13-ro-key-write', 'forbidden'],
    ['14-wo-key-read', 'forbidden'],
    ['20-404-customer', 'not-found'],
    ['23-404-route', 'not-found'],
    ['05-per-page-101', 'rejected'],
    ['41-batch-101', 'too-large'],
    ['50-delete-customer-no-force', 'rejected'],
    ['40-batch-mixed', 'ok'],
    ['43-batch-empty', 'ok'],
  ])('as recorded in %s is %s', async (name, kind) => {
    expect(await kindOf(name)).toBe(kind);
  });

  it('distinguishes a key that was ignored from one that is wrong', async () => {
    const keyIgnored = async (name: string) => {
      const result = await readResponse(recordedResponse(name), LIST, NOW);
      return !result.ok && result.keyIgnored;
    };
    const names = ['10-bad-key', '12-no-auth', '11-bad-secret', '13-ro-key-write'];
    expect(await Promise.all(names.map(keyIgnored))).toEqual([true, true, false, false]);
  });

  it('that is a page of a website asks whether this is a shop', async () => {
    expect(await errorOf(404, '<html><h1>Not found</h1></html>')).toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('Is this a WooCommerce shop'),
    });
    expect(await errorOf(403, '<html>Cloudflare</html>')).toMatchObject({ kind: 'forbidden' });
    expect(await errorOf(200, '<html>Welcome</html>')).toMatchObject({ kind: 'protocol', ambiguous: false });
  });

  it('to a write that cannot be read makes the outcome ambiguous', async () => {
    expect(await errorOf(200, '<b>Warning</b>: array_map()', CREATE)).toMatchObject({
      kind: 'protocol',
      ambiguous: true,
    });
    expect(await errorOf(500, '{"code":"internal_server_error","message":"<p>Oh</p>"}', CREATE)).toMatchObject({
      kind: 'unavailable',
      ambiguous: true,
      message: 'The shop responded with status 500: Oh',
    });
    expect(await errorOf(500, 'x')).toMatchObject({ kind: 'unavailable', ambiguous: false });
  });

  it('of too many requests says when to retry', async () => {
    expect(await errorOf(429, '', LIST, { 'retry-after': '7' })).toMatchObject({
      kind: 'rate-limited',
      retryAt: NOW + 7000,
    });
    expect((await errorOf(429, '', LIST, { 'retry-after': new Date(NOW + 9000).toUTCString() }))?.retryAt).toBe(
      NOW + 9000,
    );
  });

  it('may begin with a byte order mark', async () => {
    expect(await readResponse({ status: 200, headers: {}, body: '\uFEFF[]' }, LIST, NOW)).toEqual({
      ok: true,
      body: [],
    });
  });
});
