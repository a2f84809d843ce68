import { startWooCommerceSandbox, type WooCommerceSandboxOptions } from '@sync-operations/sandbox';
import { afterAll, expect, it } from 'vitest';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { NEVER, openShop } from '../../connectors/woocommerce/session.support.ts';
import { readRecording } from '../../recordings/recording.parser.ts';
import { applicationHeaders, replay } from './recordings.support.ts';

const clients = new HttpClients({ baseWaitMs: 5, maxBackoffMs: 20 });
afterAll(() => clients.close());

const KEY = { consumerKey: 'ck_example', consumerSecret: 'cs_example', customers: 2, products: 1, orders: 0 };

const RECORDED: readonly (readonly [name: string, options: WooCommerceSandboxOptions])[] = [
  ['woocommerce-11/602-read-only-key-put', { permissions: 'read' }],
  ['woocommerce-11/603-read-only-key-delete', { permissions: 'read' }],
  ['woocommerce-11/604-read-only-key-empty-batch', { permissions: 'read' }],
  ['woocommerce-11/605-write-only-key-read', { permissions: 'write' }],
  ['woocommerce-11/606-write-only-key-empty-batch', { permissions: 'write' }],
  ['woocommerce-11/393-system-status-customer-key', { keyOwner: 'customer' }],
  ['woocommerce-11/549-context-edit-customer-key', { keyOwner: 'customer' }],
  ['woocommerce-11/607-key-of-customer-orders', { keyOwner: 'customer' }],
  ['woocommerce-11/608-key-of-customer-customers', { keyOwner: 'customer' }],
  ['woocommerce-11/609-key-of-customer-products', { keyOwner: 'customer' }],
  ['woocommerce-11/610-key-of-customer-webhooks', { keyOwner: 'customer' }],
  ['woocommerce-11/612-key-of-customer-create-product', { keyOwner: 'customer' }],
  ['woocommerce-11/613-key-of-author-orders', { keyOwner: 'customer' }],
  ['woocommerce-7.9/614-key-of-manager-create-customer', { version: '7.9', keyOwner: 'shop_manager' }],
];

it.each(RECORDED)(
  'What a key may not do, %s, is answered as recorded: 401 is the key, 403 its user',
  async (name, options) => {
    const shop = await startWooCommerceSandbox({ ...KEY, ...options });
    try {
      const recording = readRecording(name);
      const { status, headers, body } = await replay(recording, shop.url);
      const { allow: _of, ...own } = headers;
      const { allow: _recorded, ...recorded } = applicationHeaders(recording.headers);
      expect([status, own, body]).toEqual([recording.status, recorded, recording.body]);
    } finally {
      await shop.stop();
    }
  },
);

it.each<[WooCommerceSandboxOptions, string]>([
  [{ keyOwner: 'customer' }, 'The shop does not allow this key GET /customers: Sorry, you cannot list resources.'],
  [{ version: '7.9', keyOwner: 'shop_manager' }, 'The key may read but not write: '],
])('A check says what the user of the key lacks: %j', async (options, expected) => {
  const shop = await startWooCommerceSandbox({ ...KEY, ...options });
  try {
    const session = openShop(clients.for(shop.url, { allowHttp: true, allowPrivateAddresses: true }), {
      url: shop.url,
      key: KEY.consumerKey,
      secret: KEY.consumerSecret,
    });
    const said = await session.check(NEVER).then(
      ({ warnings }) => warnings.join('\n'),
      (error) => error.message,
    );
    expect(said).toContain(expected);
  } finally {
    await shop.stop();
  }
});
