import { describe, expect, it } from 'vitest';
import { recordedRows } from '../../../test/connectors/woocommerce/recordings.support.ts';
import { customerFromShop } from './mapping/customer.mapping.ts';
import { orderFromShop } from './mapping/order.mapping.ts';
import { productFromShop } from './mapping/product.mapping.ts';
import { woocommerce } from './woocommerce.connector.ts';
import { readSettings } from './woocommerce.settings.ts';

describe('What the catalogue says of WooCommerce', () => {
  it('names exactly the members that are read', () => {
    const read = {
      customer: customerFromShop(recordedRows('01-customers-page1')[0] ?? {}),
      product: productFromShop(
        { ...recordedRows('62-product-variable')[0], type: 'external' },
        recordedRows('63-variations'),
      ),
      order: orderFromShop(recordedRows('60-order-full')[0] ?? {}, { includeGuests: true, orderStatuses: {} }),
    };
    for (const { entity_type, fields, default_directions = {} } of woocommerce.description.entities) {
      expect(Object.keys(read[entity_type].data ?? {}).sort()).toEqual([...fields].sort());
      expect(fields).toEqual(expect.arrayContaining(Object.keys(default_directions)));
    }
  });

  it('has the defaults that a connection without settings gets', () => {
    const credentials = { consumer_key: 'ck', consumer_secret: 'cs' };
    const bare = readSettings({ id: 'c', base_url: 'https://shop.example/', credentials, settings: {} });
    const { properties } = woocommerce.description.settings;
    const settings = Object.fromEntries(Object.entries(properties).map(([name, { default: value }]) => [name, value]));
    expect(readSettings({ id: 'c', base_url: 'https://shop.example', credentials, settings })).toEqual(bare);
    expect(bare).toMatchObject({ baseUrl: 'https://shop.example', homeUrl: 'https://shop.example', batchSize: 100 });
  });

  it('keeps its secrets write-only', () => {
    expect(Object.values(woocommerce.description.credentials.properties).every(({ secret }) => secret)).toBe(true);
    const connection = { id: 'c', base_url: 'https://x.example', credentials: { consumer_key: 'ck' }, settings: {} };
    expect(() => readSettings(connection)).toThrow('The connection has no consumer_secret.');
  });
});
