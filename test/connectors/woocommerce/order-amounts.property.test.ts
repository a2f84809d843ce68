import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import Big from 'big.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { CanonicalOrder } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { NEVER, openShop } from './session.support.ts';

/** Orders; `TEST_MONEY_ORDERS=5000` for the long form. */
const ORDERS = Number(process.env.TEST_MONEY_ORDERS ?? 100);
/** Of a currency, and those that its shop shows. */
const DECIMALS = { JPY: 0, EUR: 2, KWD: 3 } as const;
const CLASSES = ['', 'reduced-rate', 'zero-rate'] as const;
const RATES = [
  { id: 1, country: 'DE', class: '', percent: 19, label: 'MwSt', shipping: true },
  { id: 2, country: 'DE', class: 'reduced-rate', percent: 5.5, label: 'Books', shipping: false },
  { id: 3, country: 'DE', class: 'reduced-rate', percent: 9.975, label: 'Second', shipping: false },
];

/** Of prices without tax, and of prices from which the shop has taken the tax. */
const amount = fc.oneof(
  fc.integer({ min: 0, max: 200_000 }).map((cents) => new Big(cents).div(100).toFixed()),
  fc.integer({ min: 0, max: 2_000_000_000 }).map((micros) => new Big(micros).div(1_000_000).toFixed()),
  fc.integer({ min: 0, max: 200_000 }).map((gross) => new Big(gross).div(119).round(6).toFixed()),
);
const drawnOrder = fc.record({
  currency: fc.constantFrom('JPY', 'EUR', 'KWD'),
  country: fc.constantFrom('DE', 'JP'),
  /** What the shop showed when the order was made: the decimals of its currency, or none. */
  madeWithout: fc.boolean(),
  shown: fc.constantFrom(0, 2, 3),
  lines: fc.array(
    fc.record({ taxClass: fc.constantFrom(...CLASSES), quantity: fc.integer({ min: 1, max: 9 }), amount }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  shipping: fc.array(amount, { maxLength: 2 }),
  fees: fc.array(
    amount.chain((fee) => fc.constantFrom(fee, `-${fee}`)),
    { maxLength: 1 },
  ),
});

describe('Orders of a shop that shows any decimals', () => {
  const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
  const products: Record<string, number> = {};
  let shop: WooCommerceSandbox;
  let sessions = 0;
  beforeAll(async () => {
    shop = await startWooCommerceSandbox({ customers: 0, products: 0, orders: 0, taxRates: RATES });
    for (const tax_class of CLASSES) {
      products[tax_class] = shop.admin.createProduct({ name: 'P', regular_price: '1', tax_class }).id;
    }
  });
  afterAll(async () => {
    await clients.close();
    await shop.stop();
  });

  /** Another one for each order, since the setting of the shop is read once. */
  function open(): ConnectorSession {
    sessions += 1;
    const http = clients.for(`amounts ${sessions}`, { allowHttp: true, allowPrivateAddresses: true });
    const { url, consumerKey: key, consumerSecret: secret } = shop;
    return openShop(http, { url, key, secret });
  }

  it('come to what the shop has stored, to the last unit of the currency, or are refused; lines to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(drawnOrder, async ({ currency, country, madeWithout, shown, lines, shipping, fees }) => {
        const decimals = DECIMALS[currency];
        const made = madeWithout ? 0 : decimals;
        shop.admin.showDecimals(made);
        const order = shop.admin.createOrder({
          ...{ currency, billing: { country, email: 'buyer@example.test' } },
          line_items: lines.map(({ taxClass, quantity, amount: total }) => ({
            ...{ product_id: products[taxClass], quantity, subtotal: total, total },
          })),
          shipping_lines: shipping.map((total) => ({ method_id: 'flat_rate', method_title: 'Post', total })),
          fee_lines: fees.map((total) => ({ name: 'Fee', total })),
        });
        shop.admin.showDecimals(shown);
        const [item] = await open().readByIds('order', [String(order.id)], NEVER);
        const told = `stored ${order.total} (tax ${order.total_tax}), made with ${made}, shown with ${shown}`;
        if (item?.problem) {
          const mayBeRefused = item.problem.error_class === 'total_rounded' && shown < decimals;
          if (!mayBeRefused) throw new Error(`${told}: ${JSON.stringify(item)}`);
          return;
        }
        const read = item?.data as CanonicalOrder;
        const same = (one: string | undefined, other: string) =>
          one !== undefined &&
          new Big(one).round(decimals, Big.roundHalfUp).eq(new Big(other).round(decimals, Big.roundHalfUp));
        const sent = [...lines.map((line) => line.amount), ...shipping, ...fees];
        const isExact =
          same(read.total, order.total) &&
          same(read.tax_total, order.total_tax) &&
          sent.every((total, i) => new Big(read.lines?.[i]?.total ?? 'NaN').eq(total));
        if (!isExact) throw new Error(`${told}: ${JSON.stringify(read)}`);
      }),
      { numRuns: ORDERS, endOnFailure: true },
    );
  });
});
