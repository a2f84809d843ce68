import { cleanNumber } from '../store/cents.money.ts';

/**
 * Amounts of orders, which have up to six decimals: a shop keeps lines and their taxes unrounded (recording 102). Kept as whole millionths,
 * so that sums are exact.
 */

const PLACES = 6;

/** `12.5` → 12,500,000; more than six decimals are rounded half away from zero. 0 for anything but a number. */
export function toMicros(text: unknown): number {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(cleanNumber(text)) ?? [];
  const digits = `${whole}${fraction.padEnd(PLACES, '0').slice(0, PLACES)}`;
  const micros = Number(digits) + (Number(fraction[PLACES] ?? 0) >= 5 ? 1 : 0);
  return sign === '' || micros === 0 ? micros : -micros;
}

/** 12,500,000 → `12.50` with two places; rounded half away from zero. */
export function fromMicros(micros: number, places = PLACES): string {
  const kept = Math.min(Math.max(places, 0), PLACES);
  const rounded = roundedTo(micros, kept);
  const digits = String(Math.abs(rounded)).padStart(PLACES + 1, '0');
  const whole = digits.slice(0, -PLACES);
  const fraction = digits.slice(-PLACES).slice(0, kept).padEnd(Math.max(places, 0), '0');
  return `${rounded < 0 ? '-' : ''}${whole}${fraction && '.'}${fraction}`;
}

export function roundedTo(micros: number, places: number): number {
  const unit = 10 ** (PLACES - places);
  const rounded = Math.sign(micros) * Math.floor((Math.abs(micros) + unit / 2) / unit) * unit;
  return rounded === 0 ? 0 : rounded;
}

/** Percentages have up to four decimals, as in the shop. */
export function taxOn(micros: number, percent: number): number {
  const parts = BigInt(Math.abs(micros)) * BigInt(Math.round(percent * 10_000));
  return Math.sign(micros) * Number((parts + 500_000n) / 1_000_000n);
}
