import type { Decimal } from '../../canonical/canonical.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { decimalOf } from './shop.values.ts';

/** Null where the shop does not count; a variation that leaves it to its product (`parent`) does not count itself. */
export function stockFromShop({ manage_stock, stock_quantity }: Raw): Decimal | null {
  return manage_stock === true ? (decimalOf(stock_quantity as number | null) ?? '0') : null;
}

/** The one number the shop wants as a number; whole unless a plugin allows parts, which the shop decides. */
export function stockToShop(stock: Decimal | null): Raw {
  return stock === null ? { manage_stock: false } : { manage_stock: true, stock_quantity: Number(stock) };
}
