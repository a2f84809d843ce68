/** How far clocks may be apart without a warning. */
const TOLERATED_SECONDS = 60;

/** Nothing is lost by it, since times of change come from the shop's data. Somebody may want to know all the same. */
export function clockRemarks(aheadMs: number): string[] {
  const seconds = Math.round(Math.abs(aheadMs) / 10_000) * 10;
  if (seconds <= TOLERATED_SECONDS) return [];
  return [
    `The Date header and the time of this service differ by ${seconds} s. A proxy may write that header; times of change are taken from the shop's own data.`,
  ];
}
