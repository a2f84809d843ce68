import Big from 'big.js';
import { exactDecimal, InvalidValue } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import type { Raw } from '../shop/shop.client.ts';
import { listOf } from './raw.reader.ts';

/**
 * What an order comes to. A shop rounds some sums when it loads an order, to the decimals that it shows by then, whatever `dp` says: the
 * total, the tax, and the taxes of lines (recordings 102, 109, 114). As they are stored are `cart_tax`, `shipping_tax`, `shipping_total`,
 * `discount_total`, and all that lines and their taxes are made of. From there:
 *
 * 1. A shop that shows the decimals of the currency, or more, says its totals itself.
 * 2. Of one that shows fewer, the tax is `cart_tax` and `shipping_tax`, of which it makes `total_tax` itself. Its total is as it says, or the
 *    order was made when it still showed the decimals of the currency.
 * 3. A sum that was rounded when it was stored, to more decimals than the shop shows, says that the order was made with those of the currency:
 *    the parts are added up, as the shop did.
 * 4. A stored sum without the decimals of its parts says that it was made with those that the shop shows: the total is as the shop says.
 * 5. Where none says so and the total would be another one, the order is refused.
 */

/** Class of the problem of an order whose total nobody can tell. */
export const TOTAL_ROUNDED = 'total_rounded';

export interface ExactTotals {
  readonly total: Decimal;
  readonly tax_total: Decimal | undefined;
  /** The lines with their taxes as the order was made, where the shop has rounded them further. */
  readonly lines: readonly CanonicalOrderLine[];
}

/**
 * `shown`: how many decimals the shop shows; null where its settings are not known. Then only what they cannot change counts. Throws
 * ItemRefused with TOTAL_ROUNDED, and InvalidValue.
 */
export function exactTotals(raw: Raw, lines: readonly CanonicalOrderLine[], shown: number | null): ExactTotals {
  const said = needed(raw.total, 'total');
  const saidTax = raw.total_tax === undefined ? undefined : needed(raw.total_tax, 'total_tax');
  const order: Order = { raw, lines, said, stored: storedOf(raw) };
  const computed = computedTax(order.stored);
  const isRounding = saidTax !== undefined && computed !== undefined && isRoundingOf(saidTax, computed);
  const visible = Math.max(places(said), saidTax === undefined ? 0 : places(saidTax));
  // What the shop has rounded tells more than a setting that was read at another time.
  const isProven = isRounding && !saidTax.eq(computed);
  const decimals = isProven ? visible : shown === null ? null : Math.max(shown, visible);
  const { total, made } = decimals === null ? anyway(order, visible) : totalAt(order, decimals);
  const isTaxRounded = isRounding && (decimals ?? visible) < decimalsOf(raw.currency);
  return {
    total: decimalOf(total),
    tax_total: saidTax === undefined ? undefined : decimalOf(isTaxRounded ? computed : saidTax),
    lines: made === null || decimals === null ? lines : lines.map((line) => withTaxes(line, decimals, made)),
  };
}

interface Order {
  readonly raw: Raw;
  readonly lines: readonly CanonicalOrderLine[];
  readonly said: Big;
  readonly stored: Stored;
}

const STORED = ['cart_tax', 'shipping_tax', 'shipping_total', 'discount_total'] as const;
type Stored = Readonly<Partial<Record<(typeof STORED)[number], Big>>>;

function storedOf(raw: Raw): Stored {
  return Object.fromEntries(
    STORED.flatMap((name) => (raw[name] === undefined ? [] : [[name, needed(raw[name], name)]])),
  );
}

const computedTax = ({ cart_tax, shipping_tax }: Stored): Big | undefined =>
  cart_tax && shipping_tax && cart_tax.plus(shipping_tax);

const isRoundingOf = (said: Big, exact: Big): boolean =>
  Array.from({ length: places(exact) + 1 }, (_, decimals) => rounded(exact, decimals)).some((one) => one.eq(said));

interface MadeTotal {
  readonly total: Big;
  /** The decimals with which the order was made, if more than the shop shows. */
  readonly made: number | null;
}

/** The total that it is whatever the shop shows: as many decimals as can be seen, or more. */
function anyway(order: Order, visible: number): MadeTotal {
  const { total } = totalAt(order, visible, 'Its settings, which would tell, cannot be read.');
  if (!total.eq(order.said)) throw refused(order.said, total, 'Its settings, which would tell, cannot be read.');
  return { total, made: null };
}

function totalAt(order: Order, shown: number, hint = ''): MadeTotal {
  const { raw, said, stored, lines } = order;
  const made = decimalsOf(raw.currency);
  const asSaid: MadeTotal = { total: said, made: null };
  const amounts = [...Object.values(stored), ...lines.map((line) => new Big(line.total))];
  if (made <= shown || amounts.every((amount) => places(amount) <= shown)) return asSaid;
  const isMadeFiner = isMadeWith(order, shown, made);
  if (!isMadeFiner && isMadeAsShown(order, shown, made)) return asSaid;
  const sums = sumsOf(order, made, shown);
  const fitting = sums.filter((sum) => rounded(sum, shown).eq(said));
  const possible = isMadeFiner ? fitting : [said, ...fitting];
  const [total = sums[0] ?? said] = possible;
  const other = possible.find((one) => !one.eq(total));
  if (possible.length === 0 || other) throw refused(said, other ?? total, hint);
  return { total, made: isMadeFiner ? made : null };
}

function refused(said: Big, exact: Big, hint: string): ItemRefused {
  const message =
    `The shop rounds the total to the decimals that it shows, and whether ${said.toFixed()} is ${exact.toFixed()} cannot be told. ${hint}`.trim();
  return new ItemRefused(TOTAL_ROUNDED, `${message} Let the shop show the decimals of its currency.`);
}

/** Taxes are rounded when they are stored, unless the shop rounds at the end only; a discount that has tax taken out of it is not. */
function isMadeWith({ lines, stored }: Order, shown: number, made: number): boolean {
  const rounds = lines.some((line) => roundsTaxes(line, shown));
  const sums = [stored.shipping_total, ...(rounds ? [stored.cart_tax, stored.shipping_tax] : [])];
  return sums.some((sum) => sum !== undefined && places(sum) > shown && places(sum) <= made);
}

/**
 * A sum that lacks the decimals of its parts was stored with fewer. Taxes that are rounded one by one must make it exactly; others are
 * rounded in more ways, each part by half a unit at most.
 */
function isMadeAsShown({ raw, lines, stored }: Order, shown: number, made: number): boolean {
  const taxes = (of: readonly CanonicalOrderLine[]) =>
    of.flatMap((line) => (line.taxes ?? []).map(({ total }) => new Big(total)));
  const shipping = lines.filter(({ kind }) => kind === 'shipping');
  const discounts = listOf(raw.line_items).flatMap(({ subtotal, total }) =>
    [exactDecimal(subtotal), exactDecimal(total)].map((amount, i) => new Big(amount ?? 0).times(i === 0 ? 1 : -1)),
  );
  const parts: Record<keyof Stored, readonly Big[]> = {
    cart_tax: taxes(lines.filter(({ kind }) => kind !== 'shipping')),
    shipping_tax: taxes(shipping),
    shipping_total: shipping.map(({ total }) => new Big(total)),
    discount_total: discounts,
  };
  const unit = new Big(10).pow(-made);
  const rounds = lines.some((line) => roundsTaxes(line, shown));
  return STORED.some((name) => {
    const sum = stored[name];
    if (!sum || places(sum) > shown) return false;
    if (rounds && (name === 'cart_tax' || name === 'shipping_tax')) {
      return ![rounded, halfDown].some((round) => added(parts[name].map((part) => round(part, made))).eq(sum));
    }
    return added(parts[name]).minus(sum).abs().gt(unit.times(parts[name].length));
  });
}

/** What the order came to when it was made with so many decimals: lines are rounded one by one, unless the shop rounds at the end only. */
function sumsOf({ lines, stored }: Order, made: number, shown: number): Big[] {
  const of = (kind: CanonicalOrderLine['kind']) =>
    lines.filter((line) => line.kind === kind).map(({ total }) => new Big(total));
  const shipping = stored.shipping_total ?? added(of('shipping').map((total) => rounded(total, made)));
  const rest = [...of('fee'), shipping, computedTax(stored) ?? new Big(0)];
  const items = of('product');
  const [oneByOne, atTheEnd] = [items.map((total) => rounded(total, made)), items];
  const ways = lines.some((line) => roundsTaxes(line, shown))
    ? [oneByOne]
    : lines.some(keepsTaxes)
      ? [atTheEnd]
      : [oneByOne, atTheEnd];
  return ways.map((way) => rounded(added([...way, ...rest]), made));
}

const taxesOf = ({ taxes = [] }: CanonicalOrderLine): Big[] => taxes.map(({ total }) => new Big(total));

const roundsTaxes = (line: CanonicalOrderLine, decimals: number): boolean =>
  line.tax_total !== undefined &&
  added(taxesOf(line).map((tax) => rounded(tax, decimals))).eq(line.tax_total) &&
  !added(taxesOf(line)).eq(line.tax_total);

const keepsTaxes = (line: CanonicalOrderLine): boolean =>
  line.tax_total !== undefined && places(new Big(line.tax_total)) > 0 && added(taxesOf(line)).eq(line.tax_total);

/** The line whose taxes were rounded to the decimals shown, with those of the order. */
function withTaxes(line: CanonicalOrderLine, shown: number, made: number): CanonicalOrderLine {
  if (!roundsTaxes(line, shown)) return line;
  return { ...line, tax_total: decimalOf(added(taxesOf(line).map((tax) => rounded(tax, made)))) };
}

function needed(value: unknown, field: string): Big {
  const decimal = exactDecimal(value);
  if (decimal === undefined) throw new InvalidValue('price', field, value);
  return new Big(decimal);
}

const added = (amounts: readonly Big[]): Big => amounts.reduce((sum, amount) => sum.plus(amount), new Big(0));
const rounded = (amount: Big, decimals: number): Big => amount.round(decimals, Big.roundHalfUp);
/** As a shop rounds the taxes in its prices. */
const halfDown = (amount: Big, decimals: number): Big => {
  const down = amount.round(decimals, Big.roundDown);
  return amount.minus(down).abs().gt(new Big(10).pow(-decimals).div(2)) ? rounded(amount, decimals) : down;
};
const places = ({ c, e }: Big): number => Math.max(0, c.length - e - 1);
const decimalOf = (amount: Big): Decimal => toDecimal(amount.toFixed()) ?? '0';

const USUAL_DECIMALS = 2;

/** How many decimals the currency has; 2 for one that is not known. */
export function decimalsOf(currency: unknown): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: String(currency) });
    return format.resolvedOptions().maximumFractionDigits ?? USUAL_DECIMALS;
  } catch {
    return USUAL_DECIMALS;
  }
}
