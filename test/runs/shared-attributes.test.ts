import { startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

it.each(['11.0', '7.9'] as const)(
  'A variation gets its option of an attribute that the products of a shop share, which a name does not find (WooCommerce %s)',
  async (version) => {
    const org = newOrgName();
    const empty = { customers: 0, products: 0, orders: 0 };
    const [source, shop] = [
      await startWooCommerceSandbox(empty),
      await startWooCommerceSandbox({ ...empty, version, seed: 7 }),
    ];
    try {
      const colour = { variation: true, visible: true };
      const own = source.admin.createProduct({
        ...{ name: 'Shirt', sku: 'SHIRT', type: 'variable' },
        attributes: [{ ...colour, name: 'Farbe', options: ['Rot', 'Grün'] }],
      });
      for (const [sku, option] of [
        ['S-RED', 'Rot'],
        ['S-GREEN', 'Grün'],
      ])
        source.admin.createVariation(own.id, { sku, regular_price: '9', attributes: [{ name: 'Farbe', option }] });
      const shared = shop.admin.createProduct({
        ...{ name: 'Shirt', sku: 'SHIRT', type: 'variable' },
        attributes: [{ ...colour, id: 1, options: ['Rot'] }],
      });
      const red = { sku: 'S-RED', regular_price: '9', attributes: [{ id: 1, option: 'Rot' }] };
      shop.admin.createVariation(shared.id, red);
      const ends = {
        source_connection_id: await fixture.connectShop(org, source),
        destination: { connection_id: await fixture.connectShop(org, shop) },
        entity_type: 'product',
      };
      const run = await fixture.run(org, ends);
      const { body } = await fixture.call(org, 'GET', `/progress/${run.sync_id}/items`);
      expect([run.counts, body.items]).toEqual([{ updated: 1 }, []]);
      const options = () =>
        shop
          .state()
          .variations()
          .map(({ sku, attributes }: Json) => [sku, attributes.map(({ id, option }: Json) => [id, option])])
          .sort();
      expect(options()).toEqual([
        ['S-GREEN', [[1, 'Grün']]],
        ['S-RED', [[1, 'Rot']]],
      ]);
      expect((await fixture.run(org, ends)).counts).toEqual({ unchanged: 1 });

      source.admin.updateVariation(own.id, source.state().variations()[1]?.id ?? 0, {
        attributes: [{ name: 'Farbe', option: 'Rot' }],
      });
      expect((await fixture.run(org, ends)).counts).toEqual({ updated: 1 });
      expect(options().map(([, of]) => of)).toEqual([[[1, 'Rot']], [[1, 'Rot']]]);
    } finally {
      await Promise.all([source.stop(), shop.stop()]);
    }
  },
);
