import Big from 'big.js';
import { known } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { Row } from '../api/odoo-api.types.ts';
import { withoutMark } from '../client/odoo.marker.ts';
import { amountOf, idOf, idsOf, text } from '../client/odoo.values.ts';
import { refuseHidden } from '../pagination/hidden.records.ts';
import type { Arithmetic } from './amounts/sale.totals.ts';
import { unitPriceOf } from './line.amounts.ts';
import type { KnownTax } from './tax.lookup.ts';
import { taxShares } from './tax.shares.ts';

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

export interface LineParts {
  /** By the id of product.product. */
  readonly products: ReadonlyMap<number, LineProduct>;
  readonly taxes: ReadonlyMap<number, KnownTax>;
  readonly arithmetic: Arithmetic;
}

/** Null for lines that sell nothing: headings, notes, lines of quantity 0, which are removed, and those of rounding. Throws InvalidValue. */
export function lineFromSale(row: Row, { products, taxes, arithmetic }: LineParts): CanonicalOrderLine | null {
  if (text(row.display_type) !== null) return null;
  const quantity = amountOf(row.product_uom_qty, 'order_line.product_uom_qty', 'quantity');
  if (quantity === '0') return null;
  const productId = idOf(row.product_id);
  const product = productId === null ? undefined : products.get(productId);
  // A record rule hides it: without it, the line would be one that sells no product.
  if (productId !== null && !product) refuseHidden(`The product of the line ${text(row.name) ?? ''}`);
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
    taxInPrice: applied?.some(({ parts }) => parts.some(({ included }) => included)) ?? false,
  };
  const name = text(row.name) ?? '';
  const price = { price: new Big(amounts.priceUnit), discount: new Big(amounts.discount) };
  const taxed = { name, taxTotal, quantity: new Big(quantity), ...price };
  return known({
    kind,
    name,
    ...(kind === 'product' && {
      product_external_id: isPlaceholder || !product?.templateId ? null : String(product.templateId),
      sku: isPlaceholder ? null : withoutMark(product?.code ?? null),
    }),
    quantity,
    ...(kind === 'product' && { unit_price: unitPriceOf(amounts) }),
    total,
    tax_total: taxTotal,
    taxes: applied && taxShares(taxed, applied, arithmetic),
  });
}

function kindOf(row: Row, product: LineProduct | undefined): CanonicalOrderLine['kind'] {
  if (row.is_delivery === true || product?.code === PLACEHOLDERS.shipping) return 'shipping';
  return product?.code === PLACEHOLDERS.fee ? 'fee' : 'product';
}

/** Undefined where the user may not see which taxes there are. Throws ItemRefused for one that Odoo does not show. */
function taxesOf(row: Row, taxes: ReadonlyMap<number, KnownTax>): readonly KnownTax[] | undefined {
  const ids = row.tax_id ?? row.tax_ids;
  if (ids === undefined) return undefined;
  return idsOf(ids).map((id) => {
    const tax = taxes.get(id);
    if (tax) return tax;
    throw new ItemRefused('unknown_tax', `Odoo does not show the tax ${id} of the line ${text(row.name) ?? ''}.`);
  });
}
