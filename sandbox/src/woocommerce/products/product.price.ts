import { toCents } from '../store/cents.money.ts';
import type { Sellable } from './product.types.ts';

export function isOnSale({ regular_price, sale_price, saleFrom, saleTo }: Sellable, now: number): boolean {
  if (sale_price === '' || toCents(sale_price) >= toCents(regular_price)) return false;
  return now >= (saleFrom ?? -Infinity) && now < (saleTo ?? Infinity);
}

/** What a buyer pays: the text as typed, empty for no price. */
export function priceOf(item: Sellable, now: number): string {
  return isOnSale(item, now) ? item.sale_price : item.regular_price;
}

/** The lowest and highest price of variations; null when none has one. */
export function priceRange(variations: readonly Sellable[], now: number): { low: string; high: string } | null {
  const prices = variations.map((variation) => priceOf(variation, now)).filter((price) => price !== '');
  prices.sort((a, b) => toCents(a) - toCents(b));
  const [low, high] = [prices[0], prices.at(-1)];
  return low === undefined || high === undefined ? null : { low, high };
}

/** The price as the shop page shows it (recordings 61 and 62). */
export function priceHtml(item: Sellable, range: { low: string; high: string } | null, now: number): string {
  if (range && range.low !== range.high) {
    const [low, high] = [amount(range.low, true), amount(range.high, true)];
    const spoken = `Price range: ${plain(range.low)} through ${plain(range.high)}`;
    return `${low} <span aria-hidden="true">&ndash;</span> ${high}<span class="screen-reader-text">${spoken}</span>`;
  }
  const price = range?.low ?? priceOf(item, now);
  if (price === '') return '';
  if (!range && isOnSale(item, now)) {
    return `<del aria-hidden="true">${amount(item.regular_price)}</del> <ins aria-hidden="true">${amount(price)}</ins>`;
  }
  return amount(price);
}

function amount(price: string, hidden = false): string {
  const symbol = '<span class="woocommerce-Price-currencySymbol" translate="no">&euro;</span>';
  const attribute = hidden ? ' aria-hidden="true"' : '';
  return `<span class="woocommerce-Price-amount amount"${attribute}><bdi>${symbol}${plain(price).slice(6)}</bdi></span>`;
}

function plain(price: string): string {
  const cents = String(toCents(price)).padStart(3, '0');
  return `&euro;${cents.slice(0, -2)}.${cents.slice(-2)}`;
}
