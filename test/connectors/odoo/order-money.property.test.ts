import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import Big from 'big.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { CanonicalOrder, CanonicalOrderLine } from '../../../src/connectors/canonical/canonical.types.ts';
import type {
  ConnectorSession,
  WriteOperation,
  WriteResult,
} from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

/** Orders an Odoo and rounding method; `TEST_MONEY_ORDERS=5000` for the long form. */
const ORDERS = Number(process.env.TEST_MONEY_ORDERS ?? 100);
/** So many are written in one batch. */
const PART = 20;
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
/** By index after those of TAXES; Odoo has none of them under the name that an order gives it. */
const UNKNOWN = [{ amount: 21 }, { amount: 6.5 }] as const;
const rateAt = (index: number): number => TAXES[index]?.amount ?? UNKNOWN[index - TAXES.length]?.amount ?? 0;
const hasUnknownTax = ({ lines = [] }: CanonicalOrder): boolean =>
  lines.some(({ taxes = [] }) => taxes.some(({ name }) => name.startsWith('unknown')));

interface DrawnLine {
  readonly kind: CanonicalOrderLine['kind'];
  readonly quantity: number;
  /** In the smallest unit, for a piece, with taxes where the shop's prices have them. */
  readonly price: number;
  readonly isRebate: boolean;
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
      /** A fee may be a rebate. */
      isRebate: fc.boolean(),
      discount: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
      taxes: fc.oneof(
        fc.constantFrom([], [0], [1], [2], [3], [4], [5]),
        fc.constantFrom([0, 4], [1, 5], [2, 3], [0, 2], [6], [7]),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
type DrawnOrder = typeof drawnOrder extends fc.Arbitrary<infer T> ? T : never;

/** As a shop computes it: the net and each tax of a line, rounded for each line or over the order. */
function orderOf(
  { currency, pricesIncludeTax, roundsAtSubtotal, lines }: DrawnOrder,
  partner: string,
  unique: string,
): CanonicalOrder {
  const decimals = CURRENCIES[currency];
  const round = (value: Big) => value.round(decimals, Big.roundHalfUp);
  const drawn = lines.map((line) => lineOf(line, { decimals, pricesIncludeTax, roundsAtSubtotal, unique }));
  const sum = (values: readonly Big[]) => values.reduce((all, value) => all.plus(value), new Big(0));
  const tax = round(sum(drawn.map(({ tax_total }) => new Big(tax_total ?? 0))));
  const net = round(sum(drawn.map(({ total }) => new Big(total))));
  return {
    ...{ number: '1', currency, customer: { external_id: partner }, lines: drawn },
    ...{ tax_total: tax.toFixed(), total: net.plus(tax).toFixed() },
  };
}

function lineOf(
  { kind, quantity, price, isRebate, discount, taxes }: DrawnLine,
  shop: { decimals: number; pricesIncludeTax: boolean; roundsAtSubtotal: boolean; unique: string },
): CanonicalOrderLine {
  const pieces = kind === 'product' ? quantity : 1;
  const sign = kind === 'fee' && isRebate ? -1 : 1;
  const unit = new Big(price).times(sign).div(new Big(10).pow(shop.decimals));
  const rates = taxes.map((index) => new Big(rateAt(index)));
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
    taxes: taxes.map((index, i) => ({
      name: TAXES[index]?.name ?? `unknown ${shop.unique} ${rateAt(index)}`,
      total: amounts[i]?.toFixed() ?? '0',
    })),
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

  /** What is not the shop's in an order that was written; null when all is, or when the item tells of it. */
  function wrongIn(order: CanonicalOrder, result: WriteResult | undefined): unknown {
    if (!result?.ok) {
      const isTold = result?.problem.error_class === 'unknown_tax' && hasUnknownTax(order);
      return isTold ? null : { order, result };
    }
    const made = server.admin.get('sale.order', Number(result.external_id));
    const decimals = CURRENCIES[order.currency as keyof typeof CURRENCIES];
    const untaxed = new Big(order.total ?? 0).minus(order.tax_total ?? 0);
    const sums = [untaxed, new Big(order.tax_total ?? 0), new Big(order.total ?? 0)];
    const same = [made.amount_untaxed, made.amount_tax, made.amount_total].every((sum, i) => sums[i]?.eq(sum));
    const rows = server.admin
      .read('sale.order.line', made.order_line)
      .filter((row) => !String(row.product_id[1]).includes('ROUNDING'));
    const shown = (amounts: readonly Big[]) =>
      amounts
        .filter((amount) => !amount.eq(0))
        .map((amount) => amount.toFixed())
        .sort()
        .join();
    const wanted = (order.lines ?? []).map(({ total }) => new Big(total).round(decimals, Big.roundHalfUp));
    const kept = rows.map((row) => new Big(row.price_subtotal));
    const isRight = shown(wanted) === shown(kept);
    // One amount in ten thousand has no price of two digits; the totals are right all the same.
    const isTold = result.warning?.error_class === 'line_differs';
    return same && isRight !== isTold ? null : { order, sums, wanted, result, made, rows };
  }

  /** A tax of another rate than the order gives it. */
  function inventedTax(): unknown {
    const taxes = server.admin.read('account.tax', server.admin.search('account.tax', [['name', 'like', 'unknown']]));
    return taxes.find(({ name, amount }) => !String(name).endsWith(` ${amount}`));
  }

  let keys = 0;
  it.each(['created', 'updated'] as const)(
    'that are %s come to the lines, the untaxed, the tax and the total of the shop, to the last unit, with prices of two digits',
    async (how) => {
      const [partner = 0] = server.admin.search('res.partner', [['customer_rank', '>', 0]]);
      const pairs = fc.array(fc.tuple(drawnOrder, drawnOrder), { minLength: PART, maxLength: PART });
      await fc.assert(
        fc.asyncProperty(pairs, async (drawn) => {
          const orders = drawn.map(([first, second]) => {
            keys += 1;
            // An order keeps its currency.
            const both = how === 'created' ? [second] : [first, { ...second, currency: first.currency }];
            return both.map((one, i) => orderOf(one, String(partner), `${keys}.${i}`));
          });
          let results = await session.write(
            'order',
            orders.map(([data], i) => ({ kind: 'create', key: `m:${keys}:${i}`, data: data as CanonicalOrder })),
            signal,
          );
          const updates = orders.flatMap(([before, data], i): WriteOperation[] => {
            const created = results[i];
            if (!before || !data || !created?.ok || !created.data) return [];
            const { external_id, data: current } = created;
            return [{ kind: 'update', external_id, data, whole: data, changes: ['lines'], current, before }];
          });
          if (how === 'updated') results = await session.write('order', updates, signal);
          const written =
            how === 'updated' ? updates.map((one) => (one as { data: CanonicalOrder }).data) : orders.flat();
          const told = results.filter((result) => result.ok && result.warning);
          if (told.length > 1) throw new Error(`${told.length} of ${results.length} differ: ${JSON.stringify(told)}`);
          const wrong = written.map((order, i) => wrongIn(order, results[i])).filter((one) => one !== null);
          const invented = inventedTax();
          if (invented) throw new Error(JSON.stringify(invented));
          if (wrong.length > 0) throw new Error(`${wrong.length} of ${written.length}: ${JSON.stringify(wrong[0])}`);
        }),
        { numRuns: Math.ceil(ORDERS / PART), endOnFailure: true },
      );
    },
  );
});
