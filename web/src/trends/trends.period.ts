const DAY_MS = 86_400_000;

export const PERIODS = [7, 30, 90] as const;
export type PeriodDays = (typeof PERIODS)[number];

/** What the address says, or a month. */
export const periodDays = (text: string | undefined): PeriodDays => PERIODS.find((days) => String(days) === text) ?? 30;

/** So many whole days of UTC, today's the last, oldest first: 2026-11-22. */
export function daysUpTo(now: number, many: number): string[] {
  return Array.from({ length: many }, (_, back) =>
    new Date(now - (many - 1 - back) * DAY_MS).toISOString().slice(0, 10),
  );
}
