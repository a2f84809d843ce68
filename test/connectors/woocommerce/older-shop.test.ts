import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { NEVER, openShop } from './session.support.ts';

describe('A shop with WooCommerce 7.9', () => {
  const clients = new HttpClients({ baseWaitMs: 5, maxBackoffMs: 20 });
  let shop: WooCommerceSandbox;
  let session: ConnectorSession;
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ customers: 3, products: 0, orders: 0, version: '7.9' });
    const http = clients.for(shop.url, { allowHttp: true, allowPrivateAddresses: true });
    session = openShop(http, { url: shop.url, key: shop.consumerKey, secret: shop.consumerSecret });
  });
  afterEach(() => shop.stop());
  afterAll(() => clients.close());

  it('A customer who is gone already is deleted: it says so with 400 (recording 676)', async () => {
    const { id } = shop.admin.createCustomer({ email: 'gone@example.test' });
    const remove = () => session.write('customer', [{ kind: 'delete', external_id: String(id) }], NEVER);
    expect(await remove()).toEqual([{ ok: true, external_id: String(id), data: null }]);
    expect(await remove()).toEqual([{ ok: true, external_id: String(id), data: null }]);
  });
});
