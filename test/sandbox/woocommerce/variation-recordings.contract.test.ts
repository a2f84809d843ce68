import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopClient } from './shop-client.support.ts';
import { playAsRecorded } from './story.support.ts';

const KEY = { consumerKey: 'ck_example', consumerSecret: 'cs_example' };
const MADE = ['sku', 'price', 'regular_price', 'status', 'attributes'];
const STOCK = ['manage_stock', 'stock_quantity'];

describe('Variations of the sandbox respond like those of the recorded WooCommerce 11', () => {
  let shop: WooCommerceSandbox;
  const ids = new Map<number, number>();
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ ...KEY, customers: 0, products: 0, orders: 0 });
    ids.clear();
    for (const [recorded, sku] of [
      [10, 'SIM-000'],
      [11, 'SIM-001'],
      [54, 'VAR-005'],
    ] as const)
      ids.set(recorded, shop.admin.createProduct({ name: sku, sku, regular_price: '1' }).id);
  });
  afterEach(() => shop.stop());
  const play = (...steps: Parameters<typeof playAsRecorded>[1]) =>
    playAsRecorded('woocommerce-11', steps, shop.url, ids);

  const made = () =>
    play(
      ['220-variable-product-create', 'sku', 'price', 'regular_price', 'type', 'attributes', 'default_attributes'],
      ['221-variation-create-no-sku', ...MADE],
      ['222-variation-create-attribute-any', ...MADE],
      ['223-variation-create-no-price', ...MADE],
    );

  it('a variation names an attribute of the shop by its id, leaves out one for "any", and takes options that nobody offers', async () => {
    await made();
    await play(
      ['224-variation-create-no-attributes', ...MADE],
      ['230-variation-create-unknown-option', ...MADE],
      ['231-variation-create-unknown-attribute', ...MADE],
      ['232-variation-create-same-attributes', ...MADE],
    );
  });

  it('a SKU that another has, the product among them, is refused, and a free one is named', async () => {
    await made();
    await play(
      ['225-variation-create-duplicate-sku'],
      ['226-variation-create-sku-of-parent'],
      ['227-variation-create-sku-of-other-product'],
      ['228-variation-update-duplicate-sku'],
      ['229-variation-update-sku-of-parent'],
      ['229b-variation-update-sku-of-parent-and-price'],
      ['236-products-by-sku-of-parent'],
      ['237-products-by-sku-of-variation'],
      ['238-products-by-sku-list'],
      ['239-variation-read-as-product', 'id', 'sku', 'type', 'parent_id', 'attributes'],
      ['240-variation-update-as-product'],
    );
  });

  it('the stock of the product is that of a variation without one, also when a quantity is sent', async () => {
    await made();
    await play(
      ['250-variable-manage-stock-at-parent', ...STOCK],
      ['251-variation-stock-of-parent', ...STOCK],
      ['252-variation-stock-quantity-while-parent-manages', ...STOCK],
      ['253-variation-manage-stock-parent-written-back', ...STOCK],
      ['254-variation-own-stock', ...STOCK],
    );
  });

  it('one in the trash is shown by its id only, a disabled one in lists, too', async () => {
    await made();
    await play(
      ['246-variation-delete-no-force', 'id'],
      ['247-variation-read-after-delete', 'id', 'status', 'sku'],
      ['248-variation-disabled', 'id', 'status'],
    );
    const { body } = await shopClient(shop)('GET', `/products/${ids.get(188)}/variations?_fields=id,status`);
    expect(body.map(({ status }: { status: string }) => status).sort()).toEqual(['private', 'publish']);
  });

  it('the list of a product that is missing or in the trash is empty, and no error; they can be written all the same', async () => {
    await made();
    await play(
      ['244-variations-of-missing-product'],
      ['245-variation-of-other-parent'],
      ['243-variation-create-of-simple-product', ...MADE],
    );
    shop.admin.trashProduct(ids.get(188) ?? 0);
    await play(
      ['255-trashed-variable-product', 'id', 'sku'],
      ['256-variations-of-trashed-parent'],
      ['257-variation-of-trashed-parent', 'id', 'sku', 'status'],
      ['258-variation-update-of-trashed-parent', ...MADE],
      ['259-variation-create-of-trashed-parent', ...MADE],
    );
    shop.admin.deleteProduct(ids.get(188) ?? 0);
    await play(['262-variations-of-deleted-parent']);
  });
});
