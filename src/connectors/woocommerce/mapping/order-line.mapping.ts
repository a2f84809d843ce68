import Big from 'big.js';
import { amountOf, countOf, known, listItems, membersOf, plainText } from '../../border/exact.value.ts';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import type { Raw } from '../shop/shop.client.ts';
import { idOf, listOf, numberOfId, recordOf } from './raw.reader.ts';
import { nameOf, textOf } from './shop.values.ts';

type Kind = CanonicalOrderLine['kind'];

/** The product, and the variation of it, that has a SKU in the shop. */
export interface SkuHolder {
  readonly product_id: number;
  /** 0: the SKU is the product's own. */
  readonly variation_id: number;
}
export type SkuHolders = ReadonlyMap<string, SkuHolder>;

/** The shop's list for each kind of line, and its field for the name of the line. */
const KINDS = {
  product: { list: 'line_items', name: 'name' },
  shipping: { list: 'shipping_lines', name: 'method_title' },
  fee: { list: 'fee_lines', name: 'name' },
} as const satisfies Record<Kind, { list: string; name: string }>;

/** The values that make the shop remove a line. */
const REMOVED: Readonly<Record<Kind, Raw>> = {
  product: { quantity: 0 },
  shipping: { method_id: null, method_title: null },
  fee: { name: null },
};

/** A new line must name a product. An unknown SKU creates a line that has only a name and amounts (recording 39). */
const NO_SKU = 'sync:no-such-product';

/** Products first, then shipping, then fees. The totals of the lines already include discounts. */
export function linesFromShop(order: Raw): CanonicalOrderLine[] {
  const taxNames = taxNamesOf(order);
  return [
    ...linesOf(order, 'product').map((line, index) => productLine(line, index, taxNames)),
    ...linesOf(order, 'shipping').map((line, index) => otherLine('shipping', line, index, taxNames)),
    ...linesOf(order, 'fee').map((line, index) => otherLine('fee', line, index, taxNames)),
  ];
}

/** Asked for an order that has taxes only. Throws InvalidValue. */
type TaxNames = () => ReadonlyMap<string, string>;

function taxNamesOf(order: Raw): TaxNames {
  return () =>
    new Map(
      listItems(order.tax_lines, 'tax_lines')
        .map(recordOf)
        .map((tax) => [String(tax.rate_id), nameOf(tax.label) ?? textOf(tax.rate_code) ?? '']),
    );
}

/** An order says in each list which lines it has. A list that it does not have, or null, says nothing. Throws InvalidValue. */
function linesOf(order: Raw, kind: Kind): readonly Raw[] {
  const { list } = KINDS[kind];
  return listItems(order[list], list).map(recordOf);
}

function productLine(line: Raw, index: number, taxNames: TaxNames): CanonicalOrderLine {
  const within = whereIs('product', index);
  const of = membersOf(line, within);
  const quantity = countOf(line.quantity, `${within}quantity`);
  const subtotal = of('subtotal', amountOf);
  return known({
    kind: 'product',
    name: nameOf(line.name) ?? '',
    product_external_id: of('product_id', (id, field) => String(numberOfId(id, field) || '') || null),
    sku: of('sku', plainText),
    quantity,
    unit_price: subtotal === undefined ? undefined : unitPrice(subtotal, quantity),
    ...amounts(line, within, taxNames),
  });
}

function otherLine(kind: 'shipping' | 'fee', line: Raw, index: number, taxNames: TaxNames): CanonicalOrderLine {
  const name = nameOf(line[KINDS[kind].name]) ?? '';
  return { kind, name, quantity: '1', ...amounts(line, whereIs(kind, index), taxNames) };
}

const whereIs = (kind: Kind, index: number): string => `${KINDS[kind].list}[${index}].`;

function amounts(line: Raw, within: string, taxNames: TaxNames) {
  const of = membersOf(line, within);
  return known({
    total: amountOf(line.total, `${within}total`),
    tax_total: of('total_tax', amountOf),
    taxes: of('taxes', (value, field) =>
      listItems(value, field)
        .map(recordOf)
        .filter(({ total }) => total !== undefined && total !== '')
        .map(({ id, total }) => ({
          name: taxNames().get(String(id)) ?? String(id),
          total: amountOf(total, `${field}.total`),
        })),
    ),
  });
}

/** The shop's own `price` is after discounts, and a float. Six decimal places are enough to compute the subtotal again. */
function unitPrice(subtotal: Decimal, quantity: Decimal): Decimal {
  if (new Big(quantity).eq(0)) return subtotal;
  return toDecimal(new Big(subtotal).div(quantity).round(6).toFixed()) ?? subtotal;
}

/**
 * The lines to send: an existing line keeps its id, and a line that is no longer wanted is removed. An empty `before` is a new order.
 * `holders` translates SKUs to ids, because the shop prefers a SKU over a product id even when it does not know the SKU.
 */
export function linesToShop(lines: readonly CanonicalOrderLine[], before: Raw, holders: SkuHolders): Raw {
  return Object.fromEntries(
    (Object.keys(KINDS) as Kind[]).flatMap((kind): [string, readonly Raw[]][] => {
      const { list } = KINDS[kind];
      const written = ofKind(
        kind,
        lines.filter((line) => line.kind === kind),
        listOf(before[list]),
        holders,
      );
      return written.length > 0 ? [[list, written]] : [];
    }),
  );
}

function ofKind(
  kind: Kind,
  wanted: readonly CanonicalOrderLine[],
  present: readonly Raw[],
  holders: SkuHolders,
): Raw[] {
  const { pairs, gone } = paired(kind, wanted, present);
  const written = pairs.flatMap(([line, same]): Raw[] => {
    if (same) return [{ id: same.id, ...lineToShop(line) }];
    return isNothing(line) ? [] : [{ ...productOf(line, holders), ...lineToShop(line) }];
  });
  return [...written, ...gone.map(({ id }) => ({ id, ...REMOVED[kind] }))];
}

/** Each wanted line with the line of the shop that it is, and what no line is. */
function paired(kind: Kind, wanted: readonly CanonicalOrderLine[], present: readonly Raw[]) {
  const free = [...present];
  const pairs = wanted.map((line): [CanonicalOrderLine, Raw | undefined] => {
    const at = free.findIndex((raw) => isSame(kind, line, raw));
    return [line, at < 0 ? undefined : free.splice(at, 1)[0]];
  });
  return { pairs, gone: free };
}

/** Lines of products that the order does not have yet. */
export function newProductLines(lines: readonly CanonicalOrderLine[], before: Raw): CanonicalOrderLine[] {
  const wanted = lines.filter(({ kind }) => kind === 'product');
  const { pairs } = paired('product', wanted, listOf(before[KINDS.product.list]));
  return pairs.flatMap(([line, same]) => (same ? [] : [line]));
}

/** It says nothing, and a new one is an error of the shop's PHP that ends the whole batch (recordings 450, 934). */
export const isNothing = ({ kind, quantity, total }: CanonicalOrderLine): boolean =>
  kind === 'product' && new Big(quantity).eq(0) && new Big(total).eq(0);

function isSame(kind: Kind, line: CanonicalOrderLine, raw: Raw): boolean {
  if (kind !== 'product') return nameOf(raw[KINDS[kind].name]) === line.name;
  if (line.sku) return textOf(raw.sku) === line.sku;
  if (line.product_external_id) return String(raw.product_id) === line.product_external_id;
  return nameOf(raw.name) === line.name;
}

function lineToShop(line: CanonicalOrderLine): Raw {
  const { kind, name, quantity, total } = line;
  if (kind === 'shipping') return { method_title: name, method_id: 'other', total };
  if (kind === 'fee') return { name, total };
  return {
    name,
    quantity: Number(quantity),
    subtotal: line.unit_price === undefined ? total : subtotal(line.unit_price, quantity),
    total,
  };
}

/** The SKU identifies the variation; the id of its product does not. */
function productOf({ kind, sku, product_external_id }: CanonicalOrderLine, holders: SkuHolders): Raw {
  if (kind !== 'product') return {};
  const holder = sku ? holders.get(sku) : undefined;
  const id = idOf({ id: product_external_id });
  if (holder) return { ...holder };
  return id === null ? { sku: sku ?? NO_SKU } : { product_id: id };
}

/** Rounding to four decimal places removes the error of a unit price that was rounded to six. */
function subtotal(unitPrice: Decimal, quantity: Decimal): Decimal {
  return new Big(unitPrice).times(quantity).round(4).toFixed();
}
