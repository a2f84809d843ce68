/** Money as whole cents, so that sums are exact; 2^53 cents are enough for any shop. */

/** `12.5` → 1250; more than two decimals are rounded half away from zero, as PHP does. 0 for anything but a number. */
export function toCents(text: unknown): number {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(cleanNumber(text)) ?? [];
  const cents = Number(`${whole}${fraction.padEnd(2, '0').slice(0, 2)}`) + (Number(fraction[2] ?? 0) >= 5 ? 1 : 0);
  return sign === '' || cents === 0 ? cents : -cents;
}

/** 1250 → `12.50`. */
export function fromCents(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A percentage of an amount, rounded half up. */
export function percentOf(cents: number, percent: number): number {
  return Math.floor((2 * cents * percent + 100) / 200);
}

/**
 * A price as WooCommerce stores it: digits as typed, without commas and all points but the last (recording 288: 1.234,56 is 1.23456); empty for
 * anything but a number (42).
 */
export function cleanNumber(text: unknown): string {
  const cleaned = String(text ?? '')
    .replace(/[^\d.-]/g, '')
    .replace(/\.(?=.*\.)/g, '');
  return /^-?(?:\d+\.?\d*|\.\d+)$/.test(cleaned) ? cleaned : '';
}
