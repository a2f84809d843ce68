import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { playAsRecorded } from './story.support.ts';

const KEY = { consumerKey: 'ck_example', consumerSecret: 'cs_example' };
const SALE = ['price', 'regular_price', 'sale_price', 'on_sale', 'date_on_sale_from_gmt', 'date_on_sale_to_gmt'];
const STOCK = ['manage_stock', 'stock_quantity', 'stock_status'];
const TEXTS = ['name', 'description', 'short_description'];

describe('The catalogue of the sandbox responds like that of the recorded WooCommerce 11', () => {
  let shop: WooCommerceSandbox;
  const ids = new Map<number, number>();
  beforeEach(async () => {
    const now = () => Date.UTC(2026, 10, 28, 12);
    shop = await startWooCommerceSandbox({ ...KEY, customers: 0, products: 0, orders: 0, now });
    ids.clear();
  });
  afterEach(() => shop.stop());
  const play = (...steps: Parameters<typeof playAsRecorded>[1]) =>
    playAsRecorded('woocommerce-11', steps, shop.url, ids);
  const product = (recorded: number, input: object) =>
    ids.set(recorded, shop.admin.createProduct({ name: `P ${recorded}`, ...input }).id);

  it('sales: null leaves a date, an empty text clears it, and prices are what their digits say', () =>
    play(
      ['270-product-create-sale-in-future', ...SALE],
      ['273-product-clear-sale', ...SALE],
      ['274-product-sale-dates-null', ...SALE],
      ['276-product-sale-dates-empty-string', 'date_on_sale_from_gmt'],
      ['277-product-sale-from-gmt', 'date_on_sale_from_gmt'],
      ['286-product-create-sale-without-regular', ...SALE],
      ['288-product-create-price-forms', ...SALE],
    ));

  it('stock: below nothing, no fraction, and none where it is not managed', async () => {
    product(255, { name: 'Lager', regular_price: '5', manage_stock: true, stock_quantity: 3, backorders: 'notify' });
    await play(['484-product-stock-negative', ...STOCK], ['485-product-stock-fraction']);
    shop.admin.updateProduct(ids.get(255) ?? 0, { manage_stock: false });
    await play(['490-product-stock-quantity-not-managed', ...STOCK]);
  });

  it('pictures: none is what removes all, an unknown one is refused', () =>
    play(
      ['301-product-create-3-images', 'images(alt)'],
      ['306-product-update-images-empty', 'images'],
      ['307-image-unknown-id'],
      ['320-image-empty-object', 'images'],
    ));

  it('the SKU of what is in the trash, and of what is gone', async () => {
    product(188, { sku: 'HEMD' });
    product(541, { sku: 'GONE-1' });
    for (const id of ids.values()) shop.admin.trashProduct(id);
    await play(['260-product-create-sku-of-trashed'], ['947-product-create-sku-of-trashed-simple']);
    shop.admin.deleteProduct(ids.get(541) ?? 0);
    await play(['948-product-create-sku-after-force-delete', 'sku']);
  });

  it('categories: of the same name, the same slug, below another parent, and one that does not exist', () =>
    play(
      ['330-category-create', 'name', 'parent'],
      ['332-category-create-duplicate-name'],
      ['333-category-create-duplicate-slug', 'name', 'slug', 'parent'],
      ['334-category-create-same-name-other-parent', 'name', 'parent'],
      ['346-product-create-unknown-category', 'name', 'categories(name)'],
    ));

  it('texts: as a page shows them, and as they are stored', () =>
    play(
      ['952-product-create-description', ...TEXTS],
      ['953-product-read-description-view', ...TEXTS],
      ['954-product-read-description-edit', ...TEXTS],
      ['955-product-update-answer-description', ...TEXTS],
    ));

  it('lists: what is included by no id, dates that are none', async () => {
    product(227, {});
    product(255, {});
    await play(
      ['513-include-empty', 'id'],
      ['514-include-0'],
      ['515-include-text'],
      ['516-include-only-missing'],
      ['558-modified-after-date-only'],
      ['561-modified-after-empty'],
    );
  });

  it('fields: none of lists, and none of a batch', async () => {
    product(11, {});
    const { id } = shop.admin.createOrder({ billing: { email: 'customer0@example.test' } });
    ids.set(110, id);
    await play(
      ['543-fields-nested', 'id', 'categories', 'dimensions'],
      ['544-fields-nested-in-lists', 'id', 'billing', 'line_items'],
      ['935-batch-fields-nested'],
      ['936-batch-fields-of-items'],
    );
  });

  it('an update of what is missing, a POST that updates, a body of nothing', async () => {
    product(11, { name: 'Product 1' });
    await play(
      ['642-post-updates', 'id', 'name', 'short_description'],
      ['646-product-update-404'],
      ['631-empty-body', 'name'],
      ['172-webhook-404'],
    );
  });

  it('accounts: an e-mail that another has, a country that is none, and one that is gone', async () => {
    const customer = (recorded: number, email: string) => ids.set(recorded, shop.admin.createCustomer({ email }).id);
    customer(5, 'customer0@example.test');
    customer(6, 'customer1@example.test');
    customer(61, 'nu9@example.test');
    await play(
      ['660-customer-duplicate-email'],
      ['661-customer-duplicate-email-case'],
      ['662-customer-update-duplicate-email'],
      ['671-customer-billing-country-bad', 'billing'],
      ['674-customer-delete-no-force'],
      ['675-customer-delete', 'id', 'email'],
      ['676-customer-delete-again'],
      ['677-customer-update-deleted'],
    );
  });
});
