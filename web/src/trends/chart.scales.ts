const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** Steps that people count times in, in seconds. */
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
const MOST = 5;

/** Where to draw lines for durations up to `longest` seconds: from 0 to the first at or beyond it, five steps at most. */
export function durationTicks(longest: number): number[] {
  const step = STEPS.find((one) => longest <= one * MOST) ?? Math.ceil(longest / MOST / DAY) * DAY;
  const many = Math.max(1, Math.ceil(longest / step));
  // Rounded, because three times 0.1 is not 0.3.
  return Array.from({ length: many + 1 }, (_, at) => Math.round(at * step * 10) / 10);
}
