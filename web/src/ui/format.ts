const NUMBER = new Intl.NumberFormat('en-GB');
const ONE_DIGIT = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const SHORT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });
const DATE_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const RELATIVE = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });

/** 12,345. */
export const count = (value: number): string => NUMBER.format(value);

/** 12.3K, for axes. */
export const shortCount = (value: number): string => SHORT.format(value);

/** 512.3 items/min; a dash when unknown. */
export const speed = (perMinute: number | null | undefined): string =>
  perMinute == null
    ? '–'
    : `${perMinute >= 1_000 ? NUMBER.format(Math.round(perMinute)) : ONE_DIGIT.format(perMinute)} items/min`;

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** 12.5 MiB. */
export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), SIZES.length - 1);
  return `${NUMBER.format(Math.round((value / 1024 ** power) * 10) / 10)} ${SIZES[power]}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a duration in seconds: 2 min 5 s. Below a second: 0.4 s. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return '–';
  if (seconds > 0 && seconds < 0.05) return 'under 0.1 s';
  if (seconds < 10 && !Number.isInteger(seconds)) return `${ONE_DIGIT.format(seconds)} s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(rest / size);
    if (whole > 0 || (parts.length === 0 && unit === 's')) parts.push(`${whole} ${unit}`);
    // 1 h 0 min 5 s becomes 1 h: smaller units after a gap are noise.
    else if (parts.length > 0) break;
    rest %= size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

export const dateTime = (time: string | number): string => DATE_TIME.format(new Date(time));

/** A UTC day such as 2026-11-22 as 22 Nov. */
export const day = (isoDay: string): string => DAY.format(new Date(`${isoDay}T00:00:00Z`));

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** 5 minutes ago, in 2 hours. */
export function relativeTime(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? 'just now' : RELATIVE.format(Math.round(seconds), 'second');
}

/** customer → Customer. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
