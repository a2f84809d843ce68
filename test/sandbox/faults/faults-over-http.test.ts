import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlFaults, FAULT_CONTROL_PATH } from '../../../sandbox/src/faults/fault.control.ts';
import { FaultPlan } from '../../../sandbox/src/faults/fault.plan.ts';
import { shopClient } from '../woocommerce/shop-client.support.ts';

describe('A sandbox with faults', () => {
  let shop: WooCommerceSandbox;
  let call: ReturnType<typeof shopClient>;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 20 });
    call = shopClient(shop);
  });
  afterEach(() => shop.stop());

  it('responds with 429, Retry-After and no JSON, then works again', async () => {
    shop.setFaults([{ kind: 'too-many-requests', times: 1, retryAfter: 7 }]);
    const refused = await fetch(`${shop.url}/wp-json/wc/v3/customers`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect(refused.headers.get('content-type')).toBe('text/html');
    expect((await call('GET', '/customers')).status).toBe(200);
  });

  it('responds with 500 as WordPress does when a plugin dies', async () => {
    shop.setFaults([{ kind: 'server-error' }]);
    expect(await call('GET', '/customers')).toMatchObject({ status: 500, body: { code: 'internal_server_error' } });
  });

  it('responds late', async () => {
    shop.setFaults([{ kind: 'slow', ms: 60 }]);
    const started = performance.now();
    expect((await call('GET', '/customers')).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(55); // timers may fire a little early
  });

  it('stops at once during a slow response', async () => {
    shop.setFaults([{ kind: 'slow', ms: 600_000, match: 'page=2' }]);
    const late = expect(call('GET', '/customers?page=2')).rejects.toThrow();
    await call('GET', '/customers?page=1'); // sent later: by now the slow one waits
    await shop.stop();
    await late;
  });

  it('cuts a body short', async () => {
    shop.setFaults([{ kind: 'truncated' }]);
    const response = await fetch(`${shop.url}/wp-json/wc/v3/customers`);
    expect(response.status).toBe(401);
    await expect(response.text()).rejects.toThrow();
  });

  it('hangs up before doing anything, or after having done it', async () => {
    shop.setFaults([{ kind: 'dropped', times: 1 }]);
    await expect(call('POST', '/customers', { email: 'a@made.example' })).rejects.toThrow();
    expect((await call('GET', '/customers?email=a@made.example')).body).toEqual([]);

    shop.setFaults([{ kind: 'response-lost', times: 1 }]);
    await expect(call('POST', '/customers', { email: 'a@made.example' })).rejects.toThrow();
    expect((await call('GET', '/customers?email=a@made.example')).body).toHaveLength(1);
  });

  it('accepts rules over HTTP, and says what is wrong with bad ones', async () => {
    const post = (body: string) => fetch(shop.url + FAULT_CONTROL_PATH, { method: 'POST', body });
    expect((await post('[{"kind":"server-error","match":"page=2"}]')).status).toBe(200);
    expect((await call('GET', '/customers?page=1')).status).toBe(200);
    expect((await call('GET', '/customers?page=2')).status).toBe(500);
    const refused = await post('[{"kind":"fire"}]');
    expect([refused.status, (await refused.json()).message]).toEqual([400, expect.stringMatching(/kind must be/)]);
    expect((await call('GET', '/customers?page=2')).status).toBe(500);
    await post('[]');
    expect((await call('GET', '/customers?page=2')).status).toBe(200);
  });

  it.each([
    ['127.0.0.1', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['10.0.0.7', 403],
    ['::ffff:10.0.0.7', 403],
    [undefined, 403],
  ])('is controlled only from the same machine: %s gets %d', (remoteAddress, status) => {
    const response = controlFaults(new FaultPlan(), { method: 'POST', remoteAddress, body: '[]' });
    expect(response.status).toBe(status);
  });
});
