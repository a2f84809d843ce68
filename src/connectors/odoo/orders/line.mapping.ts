import Big from 'big.js';
import { known } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import type { Row } from '../api/odoo-api.types.ts';
import { withoutMark } from '../client/odoo.marker.ts';
import { amountOf, idOf, idsOf, text } from '../client/odoo.values.ts';
import { unitPriceOf } from './line.amounts.ts';

/** The fields that a read requests, if the server has them: taxes are `tax_id` until 18 and `tax_ids` from 19 on. */
export const LINE_FIELDS = [
  'order_id',
  'currency_id',
  'sequence',
  'product_id',
  'name',
  'product_uom_qty',
  'price_unit',
  'discount',
  'price_subtotal',
  'price_tax',
  'tax_id',
  'tax_ids',
  'display_type',
  'is_delivery',
];

/**
 * The codes of the products on lines for shipping, fees, products that no longer exist, and the cents of rounding. They are services,
 * created when first needed and not for sale, so the product sync does not read them.
 */
export const PLACEHOLDERS = { shipping: 'SHIPPING', fee: 'FEE', product: 'ITEM', rounding: 'ROUNDING' } as const;

export interface LineProduct {
  readonly templateId: number | null;
  readonly code: string | null;
}

export interface Tax {
  readonly name: string;
  /** A percentage or an amount, depending on `amount_type`. */
  readonly amount: Decimal;
  readonly inPrice: boolean;
  /** An amount for each piece, whatever it costs. */
  readonly isFixed: boolean;
}

export interface LineParts {
  /** By the id of product.product. */
  readonly products: ReadonlyMap<number, LineProduct>;
  readonly taxes: ReadonlyMap<number, Tax>;
  /** Of the order's currency. */
  readonly decimals: number;
}

/** Null for lines that sell nothing: headings, notes, lines of quantity 0, which are removed, and those of rounding. Throws InvalidValue. */
export function lineFromSale(row: Row, { products, taxes, decimals }: LineParts): CanonicalOrderLine | null {
  if (text(row.display_type) !== null) return null;
  const quantity = amountOf(row.product_uom_qty, 'order_line.product_uom_qty', 'quantity');
  if (quantity === '0') return null;
  const productId = idOf(row.product_id);
  const product = productId === null ? undefined : products.get(productId);
  if (product?.code === PLACEHOLDERS.rounding) return null;
  const kind = kindOf(row, product);
  const isPlaceholder = product?.code === PLACEHOLDERS[kind];
  const applied = taxesOf(row, taxes);
  const total = amountOf(row.price_subtotal, 'order_line.price_subtotal');
  const taxTotal = amountOf(row.price_tax, 'order_line.price_tax');
  const amounts = {
    quantity,
    priceUnit: amountOf(row.price_unit, 'order_line.price_unit'),
    // A user without the right to give discounts does not see the field.
    discount: 'discount' in row ? amountOf(row.discount, 'order_line.discount') : '0',
    subtotal: total,
    taxInPrice: applied?.some(({ inPrice }) => inPrice) ?? false,
  };
  return known({
    kind,
    name: text(row.name) ?? '',
    ...(kind === 'product' && {
      product_external_id: isPlaceholder || !product?.templateId ? null : String(product.templateId),
      sku: isPlaceholder ? null : withoutMark(product?.code ?? null),
    }),
    quantity,
    ...(kind === 'product' && { unit_price: unitPriceOf(amounts) }),
    total,
    tax_total: taxTotal,
    taxes: applied && splitTax({ total: taxTotal, net: total, quantity }, applied, decimals),
  });
}

function kindOf(row: Row, product: LineProduct | undefined): CanonicalOrderLine['kind'] {
  if (row.is_delivery === true || product?.code === PLACEHOLDERS.shipping) return 'shipping';
  return product?.code === PLACEHOLDERS.fee ? 'fee' : 'product';
}

/** Undefined where the user may not see which taxes there are. Throws ItemRefused for one that Odoo does not show. */
function taxesOf(row: Row, taxes: ReadonlyMap<number, Tax>): readonly Tax[] | undefined {
  const ids = row.tax_id ?? row.tax_ids;
  if (ids === undefined) return undefined;
  return idsOf(ids).map((id) => {
    const tax = taxes.get(id);
    if (tax) return tax;
    throw new ItemRefused('unknown_tax', `Odoo does not show the tax ${id} of the line ${text(row.name) ?? ''}.`);
  });
}

interface TaxedLine {
  /** The sum of its taxes. */
  readonly total: Decimal;
  readonly net: Decimal;
  readonly quantity: Decimal;
}

/**
 * A line has only the sum of its taxes. Each gets a share by what it comes to, in units of the currency, and the last one the rest, so that
 * the sum stays exact.
 */
export function splitTax(
  { total, net, quantity }: TaxedLine,
  taxes: readonly Tax[],
  decimals: number,
): { name: string; total: Decimal }[] {
  const weights = taxes.map(({ amount, isFixed }) =>
    (isFixed ? new Big(amount).times(quantity) : new Big(amount).times(net).div(100)).abs(),
  );
  const all = weights.reduce((sum, weight) => sum.plus(weight), new Big(0));
  let left = new Big(total);
  return taxes.map(({ name }, i) => {
    const part = new Big(total).times(weights[i] ?? 0);
    const share = all.eq(0) ? new Big(0) : part.div(all).round(decimals, Big.roundHalfUp);
    const own = i === taxes.length - 1 ? left : share;
    left = left.minus(own);
    return { name, total: toDecimal(own.toFixed()) ?? '0' };
  });
}
