import { recordOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import type { Raw } from '../shop/shop.client.ts';

/** Codes that speak of something else in the shop or outside of it, which may change while what is written stays the same. */
const OF_OTHERS =
  /exist|duplicate|already|sku|unique|image|upload|term|stock|not_created|coupon|cannot|permission|_id$/;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Whether the shop refuses the same body whenever it is sent, since the value itself is wrong. Pure. */
export function isFinalRefusal(path: string, body: Raw, error: Raw): boolean {
  const code = String(error.code ?? '').replaceAll('-', '_');
  if (Number(recordOf(error.data).status) !== 400 || OF_OTHERS.test(code)) return false;
  // An order is refused for its coupons, customer and products as well.
  if (path === '/orders') return code === 'rest_invalid_param';
  // On an update, the shop says the same of an address that another customer has.
  if (code.endsWith('invalid_email')) return !EMAIL.test(textOf(body.email) ?? '');
  return true;
}
