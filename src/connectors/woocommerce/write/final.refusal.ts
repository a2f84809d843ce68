import { recordOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import type { Raw } from '../shop/shop.client.ts';

/** Codes that speak of something else in the shop or outside of it, which may change while what is written stays the same. */
const OF_OTHERS =
  /exist|duplicate|already|sku|unique|image|upload|term|stock|not_created|coupon|cannot|permission|_id$/;

/** What an order is refused for that is its own: its addresses, its currency, a shipping without a method, a fee without a name. */
const OF_THE_ORDER = /^rest_invalid_param$|^order_invalid_(billing_email|currency)$|_invalid_(shipping|fee)_item$/;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Whether the shop refuses the same body whenever it is sent, since the value itself is wrong. Pure. */
export function isFinalRefusal(path: string, body: Raw, error: Raw): boolean {
  const code = String(error.code ?? '').replaceAll('-', '_');
  if (Number(recordOf(error.data).status) !== 400 || OF_OTHERS.test(code)) return false;
  // An order is refused for its customer and products as well.
  if (path === '/orders') return OF_THE_ORDER.test(code);
  // On an update, the shop says the same of an address that another customer has.
  if (code.endsWith('invalid_email')) return !EMAIL.test(textOf(body.email) ?? '');
  return true;
}
