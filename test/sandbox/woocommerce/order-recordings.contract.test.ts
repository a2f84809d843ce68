import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { playAsRecorded } from './story.support.ts';

const rate = (id: number, taxClass: string, percent: number, label: string) => ({
  ...{ id, country: 'DE', class: taxClass, percent, label, shipping: id === 1 },
});
const KEY = { consumerKey: 'ck_example', consumerSecret: 'cs_example' };
const RATES = [
  rate(6, 'books-food', 5.5, 'Bücher'),
  rate(5, 'reduced-rate', 7, 'MwSt ermäßigt'),
  rate(1, '', 19, 'MwSt'),
];
const SUMS = ['status', 'discount_total', 'shipping_total', 'total_tax', 'total'];
const FEES = 'fee_lines(name tax_class total total_tax)';
const REFUND = ['amount', 'reason'];
const LINES = 'line_items(name product_id variation_id quantity subtotal total total_tax sku)';

describe('Orders of the sandbox respond like those of the recorded WooCommerce 11', () => {
  let shop: WooCommerceSandbox;
  const ids = new Map<number, number>();
  beforeEach(async () => {
    shop = await startWooCommerceSandbox({ ...KEY, customers: 0, products: 0, orders: 0, taxRates: RATES });
    ids.clear();
    const product = (recorded: number, name: string, regular_price: string, sku: string, tax_class = '') =>
      ids.set(recorded, shop.admin.createProduct({ name, regular_price, sku, tax_class }).id);
    product(10, 'Produkt 0 – Größe &amp; Maß', '5.00', 'SIM-000');
    product(11, 'Product 1', '19.99', 'SIM-001', 'reduced-rate');
    product(12, 'Product 2', '33.3333', 'SIM-002', 'books-food');
    product(13, 'Product 3', '0.005', 'SIM-003', 'zero-rate');
  });
  afterEach(() => shop.stop());
  const play = (...steps: Parameters<typeof playAsRecorded>[1]) =>
    playAsRecorded('woocommerce-11', steps, shop.url, ids);

  it('a total below the subtotal is a discount without a coupon; taxes and prices of lines are not read', () =>
    play(
      ['134-order-create-discount-without-coupon', ...SUMS, LINES],
      ['455-order-create-line-price', ...SUMS, LINES],
      ['458-order-create-line-taxes-given', ...SUMS, LINES],
    ));

  it('a line without its product, its SKU or its variation', () =>
    play(
      ['430-order-create-unknown-product', ...SUMS, LINES],
      ['431-order-create-unknown-product-named', ...SUMS, LINES],
      ['432-order-create-line-without-product'],
      ['433-order-create-line-product-0'],
      ['434-order-create-by-sku', ...SUMS, LINES],
      ['435-order-create-unknown-sku', ...SUMS, LINES],
    ));

  it('a line of a variation, by whatever it is named, and of a product that has some', async () => {
    const attributes = [
      { name: 'Size', variation: true, options: ['S', 'M'] },
      { name: 'Colour', variation: true, options: ['Rot'] },
    ];
    const { id } = shop.admin.createProduct({ name: 'Variable 0', type: 'variable', sku: 'VAR-00', attributes });
    ids.set(54, id);
    for (const [recorded, size, regular_price] of [
      [70, 'S', '21.50'],
      [71, 'M', '21.00'],
    ] as const) {
      const options = [
        { name: 'Size', option: size },
        { name: 'Colour', option: 'Rot' },
      ];
      const variation = { sku: `VAR-00-${size}`, regular_price, attributes: options };
      ids.set(recorded, shop.admin.createVariation(id, variation).id);
    }
    await play(
      ['436-order-create-variation-by-sku', ...SUMS, LINES],
      ['437-order-create-variable-parent', ...SUMS, LINES],
      ['438-order-create-unknown-variation', ...SUMS, LINES],
      ['439-order-create-variation-of-other-product', ...SUMS, LINES],
      ['440-order-create-variation-only', ...SUMS, LINES],
    );
  });

  it('statuses, countries, quantities and amounts that are none', () =>
    play(
      ['441-order-create-bad-status'],
      ['444-order-create-bad-country', ...SUMS, 'billing'],
      ['449-order-create-fractional-quantity'],
      ['452-order-create-no-quantity', ...SUMS, LINES],
      ['453-order-create-total-number'],
      ['457-order-create-markup', 'billing', 'customer_note', LINES],
    ));

  it('lines are removed each in its way, and only those of the order; a fee below nothing takes from all taxes', () =>
    play(
      ['135-order-create-fees-negative-and-3-shipping', ...SUMS, LINES, FEES],
      ['138-order-update-remove-lines', ...SUMS, LINES, FEES, 'shipping_lines(method_title total)'],
      ['139-order-update-line-not-of-order'],
    ));

  it('`dp` counts in the query of a batch and of a list, and does not undo what a shop rounds', async () => {
    await play(['100-order-create-rest-given-totals', ...SUMS]);
    shop.admin.showDecimals(0);
    await play(
      ['112-orders-batch-dp6-shop0', 'create(status discount_total cart_tax total_tax total)'],
      ['113-orders-list-dp4-fields-nested', 'id', 'total', 'line_items'],
    );
  });

  it('a line with another quantity keeps its total, and one without an id is added', () =>
    play(
      ['100-order-create-rest-given-totals', ...SUMS, LINES],
      ['140-order-update-line-quantity', ...SUMS, LINES],
      ['141-order-update-line-without-id-adds', ...SUMS, LINES],
      ['142-order-update-status-only', ...SUMS],
    ));

  it('refunds of nothing, of too much, by a gateway that is none, of all that is left, and deleted without force', async () => {
    const make = (recorded: number, ...line_items: object[]) => {
      const shipping_lines = recorded === 172 ? [{ method_id: 'flat_rate', total: '4.90' }] : [];
      ids.set(recorded, shop.admin.createOrder({ billing: { country: 'DE' }, line_items, shipping_lines }).id);
    };
    make(172, { product_id: ids.get(10), quantity: 3 }, { product_id: ids.get(11), quantity: 1 });
    make(178, { product_id: ids.get(10), quantity: 1 });
    await play(
      ['143-refund-create-partial-line', ...REFUND],
      ['144-refund-create-amount-only', ...REFUND],
      ['145-refund-create-too-much'],
      ['146-refund-create-zero', ...REFUND],
      ['147-refund-create-api-refund-default'],
      ['150-refund-create-rest', ...REFUND],
    );
    await play(['155-order-status-refunded-by-put', ...SUMS, 'refunds(reason total)']);
    await play(['156-refunds-after-status-refunded', ...REFUND], ['417-order-status-trash-by-put']);
    await play(['153-refund-delete-no-force', ...REFUND], ['154-refund-delete']);
  });
});
