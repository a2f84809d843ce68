import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import Big from 'big.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalOrder, CanonicalOrderLine } from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

/** Orders an Odoo and rounding method; `TEST_MONEY_ORDERS=5000` for the long form. */
const ORDERS = Number(process.env.TEST_MONEY_ORDERS ?? 100);
const { signal } = new AbortController();
const CURRENCIES = { JPY: 0, EUR: 2, KWD: 3 } as const;
const TAXES = [
  { name: 'on top 19', amount: 19, price_include: false },
  { name: 'on top 7', amount: 7, price_include: false },
  { name: 'in price 20', amount: 20, price_include: true },
  { name: 'in price 5.5', amount: 5.5, price_include: true },
  { name: 'on top 9.975', amount: 9.975, price_include: false },
  { name: 'nothing', amount: 0, price_include: false },
] as const;

interface DrawnLine {
  readonly kind: CanonicalOrderLine['kind'];
  readonly quantity: number;
  /** In the smallest unit, for a piece, with taxes where the shop's prices have them. */
  readonly price: number;
  readonly discount: number;
  readonly taxes: readonly number[];
}

const drawnOrder = fc.record({
  currency: fc.constantFrom('JPY', 'EUR', 'KWD'),
  pricesIncludeTax: fc.boolean(),
  /** The shop rounds the taxes of an order once, not those of each line. */
  roundsAtSubtotal: fc.boolean(),
  lines: fc.array(
    fc.record({
      kind: fc.constantFrom('product', 'product', 'product', 'shipping', 'fee'),
      quantity: fc.integer({ min: 1, max: 100 }),
      price: fc.integer({ min: 0, max: 200_000 }),
      discount: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
      taxes: fc.oneof(
        fc.constantFrom([], [0], [1], [2], [3], [4], [5]),
        fc.constantFrom([0, 4], [1, 5], [2, 3], [0, 2]),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
type DrawnOrder = typeof drawnOrder extends fc.Arbitrary<infer T> ? T : never;

/** As a shop computes it: the net and each tax of a line, rounded for each line or over the order. */
function orderOf({ currency, pricesIncludeTax, roundsAtSubtotal, lines }: DrawnOrder, partner: string): CanonicalOrder {
  const decimals = CURRENCIES[currency];
  const round = (value: Big) => value.round(decimals, Big.roundHalfUp);
  const drawn = lines.map((line) => lineOf(line, { decimals, pricesIncludeTax, roundsAtSubtotal }));
  const sum = (values: readonly Big[]) => values.reduce((all, value) => all.plus(value), new Big(0));
  const tax = round(sum(drawn.map(({ tax_total }) => new Big(tax_total ?? 0))));
  const net = round(sum(drawn.map(({ total }) => new Big(total))));
  return {
    ...{ number: '1', currency, customer: { external_id: partner }, lines: drawn },
    ...{ tax_total: tax.toFixed(), total: net.plus(tax).toFixed() },
  };
}

function lineOf(
  { kind, quantity, price, discount, taxes }: DrawnLine,
  shop: { decimals: number; pricesIncludeTax: boolean; roundsAtSubtotal: boolean },
): CanonicalOrderLine {
  const pieces = kind === 'product' ? quantity : 1;
  const unit = new Big(price).div(new Big(10).pow(shop.decimals));
  const rates = taxes.map((index) => new Big(TAXES[index]?.amount ?? 0));
  const all = rates.reduce((sum, rate) => sum.plus(rate), new Big(0));
  const paid = unit
    .times(pieces)
    .times(100 - discount)
    .div(100)
    .round(shop.decimals, Big.roundHalfUp);
  const net = shop.pricesIncludeTax ? paid.times(100).div(all.plus(100)) : paid;
  const exact = shop.roundsAtSubtotal ? 6 : shop.decimals;
  const amounts = rates.map((rate) => net.times(rate).div(100).round(exact, Big.roundHalfUp));
  const kept = shop.pricesIncludeTax ? paid.minus(amounts.reduce((sum, amount) => sum.plus(amount), new Big(0))) : net;
  return {
    ...{ kind, name: kind, quantity: String(pieces), total: kept.round(exact, Big.roundHalfUp).toFixed() },
    ...(kind === 'product' && { sku: 'SKU-0001', product_external_id: null, unit_price: unit.toFixed() }),
    tax_total: amounts.reduce((sum, amount) => sum.plus(amount), new Big(0)).toFixed(),
    taxes: taxes.map((index, i) => ({ name: TAXES[index]?.name ?? '', total: amounts[i]?.toFixed() ?? '0' })),
  };
}

describe.each([
  [18, 'round_per_line'],
  [18, 'round_globally'],
  [19, 'round_per_line'],
  [19, 'round_globally'],
] as const)('Orders in Odoo %i with %s', (version, method) => {
  const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
  let server: OdooSandbox;
  let session: ConnectorSession;
  beforeAll(async () => {
    server = await startOdooSandbox({ version, partners: 1, products: 3, orders: 0 });
    server.admin.write('res.company', [1], { tax_calculation_rounding_method: method });
    for (const tax of TAXES) server.admin.create('account.tax', tax);
    const { url, database, username, apiKey } = server;
    const connection = { id: 'c', base_url: url, credentials: { database, username, api_key: apiKey }, settings: {} };
    session = odoo.open({
      connection,
      http: clients.for(`money ${version}`, { allowHttp: true, allowPrivateAddresses: true }),
    });
  });
  afterAll(async () => {
    await clients.close();
    await server.stop();
  });

  it('come to the untaxed, the tax and the total of the shop, to the last unit, with prices of two digits', async () => {
    const [partner = 0] = server.admin.search('res.partner', [['customer_rank', '>', 0]]);
    const orders = fc.sample(drawnOrder, { numRuns: ORDERS }).map((drawn) => orderOf(drawn, String(partner)));
    const wrong: unknown[] = [];
    for (let at = 0; at < orders.length; at += 50) {
      const part = orders.slice(at, at + 50);
      const results = await session.write(
        'order',
        part.map((data, i) => ({ kind: 'create', key: `m:${at + i}`, data })),
        signal,
      );
      for (const [i, result] of results.entries()) {
        const order = part[i] as CanonicalOrder;
        const made = result.ok ? server.admin.get('sale.order', Number(result.external_id)) : null;
        const untaxed = new Big(order.total ?? 0).minus(order.tax_total ?? 0);
        const equal =
          made !== null &&
          untaxed.eq(made.amount_untaxed) &&
          new Big(order.tax_total ?? 0).eq(made.amount_tax) &&
          new Big(order.total ?? 0).eq(made.amount_total);
        if (!equal) wrong.push({ order, result, made });
      }
    }
    if (wrong.length > 0) console.error(`${wrong.length} of ${ORDERS}`, JSON.stringify(wrong[0]));
    expect(wrong).toHaveLength(0);
  });
});
