import Big from 'big.js';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import type { Row } from '../api/odoo-api.types.ts';
import { withoutMark } from '../client/odoo.marker.ts';
import { decimalOf, idOf, idsOf, text } from '../client/odoo.values.ts';
import { unitPriceOf } from './line.amounts.ts';

/** What a read asks for, as far as the server has it: taxes are `tax_id` until 18 and `tax_ids` from 19 on. */
export const LINE_FIELDS = [
  'order_id',
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
 * Odoo wants a product on every line. These stand for what is none: shipping, fees, and products that do not exist any more. They
 * are services, made when first needed, not for sale, and so not among the products that are read.
 */
export const STAND_INS = { shipping: 'SHIPPING', fee: 'FEE', product: 'ITEM' } as const;

export interface LineProduct {
  readonly templateId: number | null;
  readonly code: string | null;
}

export interface Tax {
  readonly name: string;
  /** In percent, or an amount, as `amount_type` has it. */
  readonly amount: Decimal;
  readonly inPrice: boolean;
}

export interface LineParts {
  /** By product.product's id. */
  readonly products: ReadonlyMap<number, LineProduct>;
  readonly taxes: ReadonlyMap<number, Tax>;
}

/** Null for what sells nothing: headings, notes, and lines of quantity 0, which stand for removed ones. */
export function lineFromSale(row: Row, { products, taxes }: LineParts): CanonicalOrderLine | null {
  if (text(row.display_type) !== null) return null;
  const quantity = decimalOf(row.product_uom_qty) ?? '0';
  if (quantity === '0') return null;
  const productId = idOf(row.product_id);
  const product = productId === null ? undefined : products.get(productId);
  const kind = kindOf(row, product);
  const standsIn = product?.code === STAND_INS[kind];
  const applied = idsOf(row.tax_id ?? row.tax_ids).flatMap((id) => taxes.get(id) ?? []);
  const total = decimalOf(row.price_subtotal) ?? '0';
  const taxTotal = decimalOf(row.price_tax) ?? '0';
  const amounts = {
    quantity,
    priceUnit: decimalOf(row.price_unit) ?? '0',
    discount: decimalOf(row.discount) ?? '0',
    subtotal: total,
    taxInPrice: applied.some(({ inPrice }) => inPrice),
  };
  return {
    kind,
    name: text(row.name) ?? '',
    ...(kind === 'product' && {
      product_external_id: standsIn || !product?.templateId ? null : String(product.templateId),
      sku: standsIn ? null : withoutMark(product?.code ?? null),
    }),
    quantity,
    ...(kind === 'product' && { unit_price: unitPriceOf(amounts) }),
    total,
    tax_total: taxTotal,
    taxes: shareOut(taxTotal, applied),
  };
}

function kindOf(row: Row, product: LineProduct | undefined): CanonicalOrderLine['kind'] {
  if (row.is_delivery === true || product?.code === STAND_INS.shipping) return 'shipping';
  return product?.code === STAND_INS.fee ? 'fee' : 'product';
}

/** A line knows its tax in one sum: each tax gets its share by its rate, the last what is left, so that the sum stays exact. */
export function shareOut(total: Decimal, taxes: readonly Tax[]): { name: string; total: Decimal }[] {
  const rates = taxes.reduce((sum, { amount }) => sum.plus(new Big(amount).abs()), new Big(0));
  let left = new Big(total);
  return taxes.map(({ name, amount }, i) => {
    const share = rates.eq(0) ? new Big(0) : new Big(total).times(new Big(amount).abs()).div(rates).round(2);
    const own = i === taxes.length - 1 ? left : share;
    left = left.minus(own);
    return { name, total: toDecimal(own.toFixed()) ?? '0' };
  });
}
