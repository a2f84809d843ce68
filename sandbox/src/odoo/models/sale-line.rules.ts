import type { Environment } from '../orm/model.types.ts';
import { missingError, userError } from '../orm/odoo.error.ts';
import type { Row, Stored } from '../orm/record.types.ts';
import { taxField } from './sale.amounts.ts';

type Vals = Record<string, unknown>;

/** The defaults of a line's name, price and taxes come from its product. */
export function newLine(env: Environment, vals: Vals): Vals {
  if (vals.display_type) return { ...vals, product_uom_qty: 0 };
  const product = productOf(env, vals);
  if (product === null) return { ...vals, name: vals.name || '/' };
  const { name, price_unit, taxes } = computedOf(env, product);
  const field = taxField(env.version);
  const price = vals.price_unit ?? price_unit;
  return {
    ...vals,
    name: vals.name || name,
    price_unit: price,
    technical_price_unit: price,
    [field]: vals[field] ?? [[6, 0, taxes]],
  };
}

/** What a write of a line changes beside what it names (recordings 101 to 164), and what it may not. */
export function changedLine(env: Environment, before: Row, vals: Vals): Vals {
  const value = (name: string) => env.db.table('sale.order').value(Number(before.order_id), name);
  const product = vals.product_id === undefined ? Number(before.product_id) || null : productOf(env, vals);
  const otherProduct = product !== (before.product_id ?? null);
  if (otherProduct && !updatable(env, before, value('state'))) {
    throw userError('You cannot modify the product of this order line.');
  }
  if (value('locked') === true) refuseLocked(env, vals);
  if (value('state') === 'sale') refuseBelowDelivered(before, vals);
  if (product === null || before.display_type) return vals;
  const computed = computedOf(env, product);
  const field = taxField(env.version);
  if (otherProduct) {
    const { name, price_unit, taxes } = computed;
    const anew = { name, price_unit, technical_price_unit: price_unit, discount: 0, [field]: [[6, 0, taxes]] };
    return { ...anew, ...vals };
  }
  if (vals.product_uom_qty === undefined) return vals;
  return { ...quantityAlone(before, computed.price_unit, value('pricelist_id')), ...vals };
}

/** A quantity that is written alone, even the same one, computes price and discount anew. */
function quantityAlone(before: Row, price: number, pricelist: Stored): Vals {
  const byHand = before.technical_price_unit != null && before.technical_price_unit !== before.price_unit;
  return {
    ...(!byHand && { price_unit: price, technical_price_unit: price }),
    ...(pricelist !== null && { discount: 0 }),
  };
}

/** A service that was not delivered may be replaced in a confirmed order; nothing may in a cancelled one. */
function updatable(env: Environment, before: Row, state: Stored): boolean {
  if (state === 'cancel') return false;
  if (Number(before.qty_delivered) > 0) return false;
  if (state !== 'sale' || typeof before.product_id !== 'number') return true;
  return env.db.read(env, 'product.product', before.product_id, 'type') === 'service';
}

/** What was invoiced is no such bound (recordings 544 and 612). */
function refuseBelowDelivered(before: Row, vals: Vals): void {
  if (vals.product_uom_qty === undefined || Number(vals.product_uom_qty) >= Number(before.qty_delivered)) return;
  throw userError(
    'The ordered quantity of a sale order line cannot be decreased below the amount already delivered. Instead, create a return in your inventory.',
  );
}

const PROTECTED = ['product_id', 'name', 'price_unit', 'product_uom_qty', 'tax_id', 'tax_ids', 'discount'];

/** Refused even when the values are the same (recording 128). */
function refuseLocked(env: Environment, vals: Vals): void {
  const named = PROTECTED.filter((name) => vals[name] !== undefined);
  if (named.length === 0) return;
  const labels = named.map((name) => env.db.fieldOf('sale.order.line', name)?.label ?? name);
  throw userError(`It is forbidden to modify the following fields in a locked order:\n${labels.join('\n')}`);
}

function productOf(env: Environment, { product_id: id }: Vals): number | null {
  if (id === undefined || id === null || id === false) return null;
  if (typeof id === 'number' && !env.db.table('product.product').has(id))
    throw missingError('product.product', id, env.uid);
  return Number(id);
}

/** What Odoo computes of a product for a line. */
function computedOf(env: Environment, product: number) {
  const read = (name: string) => env.db.read(env, 'product.product', product, name);
  const sold = read('description_sale');
  const title = env.db.model('product.product').displayName(env, product);
  return {
    name: sold === null ? title : `${title}\n${String(sold)}`,
    price_unit: Number(read('lst_price') ?? 0),
    taxes: read('taxes_id') ?? [],
  };
}
