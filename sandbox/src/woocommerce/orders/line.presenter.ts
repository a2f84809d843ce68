import { fromMicros, roundedTo } from './order.money.ts';
import { namedRate, type TaxRate } from './order.taxes.ts';
import { taxTotal } from './order.totals.ts';
import type { FeeLine, LineItem, LineTax, OrderRecord, ShippingLine } from './order.types.ts';

/** The current name and SKU of the product in a line; null when the product was deleted. */
export type LineLabels = (
  productId: number,
  variationId: number,
) => { name: string; sku: string; parentName: string | null } | null;

/**
 * `price` is the only amount that is a number (recording 60); a deleted product has no SKU (recording 39). The taxes of a line are added up
 * when it is loaded, each rounded to the decimals that the shop shows by then (recording 109).
 */
export function presentLine(line: LineItem, labels: LineLabels, shown: number) {
  const label = line.product_id === 0 ? null : labels(line.product_id, line.variation_id);
  return {
    id: line.id,
    name: line.name,
    product_id: line.product_id,
    variation_id: line.variation_id,
    quantity: line.quantity,
    tax_class: line.tax_class,
    subtotal: fromMicros(line.subtotal),
    subtotal_tax: fromMicros(line.taxes.reduce((sum, { subtotal }) => sum + roundedTo(subtotal, shown), 0)),
    total: fromMicros(line.total),
    total_tax: fromMicros(taxTotal(line.taxes, shown)),
    taxes: line.taxes.map(presentTax),
    meta_data: line.meta_data,
    sku: label ? label.sku : null,
    global_unique_id: label ? '' : null,
    price: line.total / Math.max(1, line.quantity) / 1_000_000,
    image: { id: label && line.variation_id === 0 ? '' : 0, src: '' },
    parent_name: label ? label.parentName : null,
  };
}

export function presentShipping({ taxes, total, ...line }: ShippingLine, shown: number) {
  return {
    ...line,
    total: fromMicros(total),
    total_tax: fromMicros(taxTotal(taxes, shown)),
    taxes: taxes.map(withoutSubtotal),
    tax_status: 'taxable',
    meta_data: [],
  };
}

export function presentFee({ id, name, tax_class, total, taxes }: FeeLine, shown: number) {
  return {
    id,
    name,
    tax_class,
    tax_status: 'taxable',
    amount: '',
    total: fromMicros(total),
    total_tax: fromMicros(taxTotal(taxes, shown)),
    taxes: taxes.map(withoutSubtotal),
    meta_data: [],
  };
}

/** One line for each tax rate, summed over everything it applies to when the order was computed. */
export function presentTaxLines(order: OrderRecord, rates: readonly TaxRate[]): object[] {
  const { line_items, fee_lines, shipping_lines } = order;
  const sum = (lines: readonly { taxes: readonly LineTax[] }[], id: number) =>
    lines.reduce(
      (total, { taxes }) =>
        total +
        taxTotal(
          taxes.filter(({ rateId }) => rateId === id),
          order.madeWith,
        ),
      0,
    );
  const used = [...line_items, ...fee_lines, ...shipping_lines].flatMap(({ taxes }) =>
    taxes.map(({ rateId }) => rateId),
  );
  const [first] = line_items;
  return [...new Set(used)].map((id, index) => {
    const { code, label, percent } = namedRate(rates, id);
    return {
      id: (first?.id ?? 1) + 6 + index, // the seventh of the ten ids of an order's lines, and those after it
      rate_code: code,
      rate_id: id,
      label,
      compound: false,
      tax_total: fromMicros(sum([...line_items, ...fee_lines], id)),
      shipping_tax_total: fromMicros(sum(shipping_lines, id)),
      rate_percent: percent,
      meta_data: [],
    };
  });
}

function presentTax({ rateId, total, subtotal }: LineTax) {
  return { id: rateId, total: fromMicros(total), subtotal: fromMicros(subtotal) };
}

/** What is no product has no price before a discount. */
function withoutSubtotal(tax: LineTax) {
  return { ...presentTax(tax), subtotal: '' };
}
