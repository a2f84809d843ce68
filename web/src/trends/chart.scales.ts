const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** Usual steps of a time axis, in seconds. */
const STEPS = [
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
];
const MAX_STEPS = 5;

/** The ticks of an axis of durations up to `longest` seconds: from 0 to at least `longest`, in at most five steps. */
export function durationTicks(longest: number): number[] {
  const step = STEPS.find((one) => longest <= one * MAX_STEPS) ?? Math.ceil(longest / MAX_STEPS / DAY) * DAY;
  const steps = Math.max(1, Math.ceil(longest / step));
  // Rounded, because 3 * 0.1 is not 0.3.
  return Array.from({ length: steps + 1 }, (_, at) => Math.round(at * step * 10) / 10);
}

const DAY_MS = 86_400_000;

export const PERIODS = [7, 30, 90] as const;
export type PeriodDays = (typeof PERIODS)[number];

/** The period of the query parameter; default: 30 days. */
export const periodDays = (text: string | undefined): PeriodDays => PERIODS.find((days) => String(days) === text) ?? 30;

/** The last `length` UTC days including today, oldest first: 2026-11-22. */
export function daysUpTo(now: number, length: number): string[] {
  return Array.from({ length }, (_, back) => new Date(now - (length - 1 - back) * DAY_MS).toISOString().slice(0, 10));
}
