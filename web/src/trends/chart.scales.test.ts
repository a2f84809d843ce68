import { describe, expect, it } from 'vitest';
import { daysUpTo, durationTicks, periodDays } from './chart.scales.ts';

describe('the days of a period', () => {
  it('are whole days of UTC up to today, also over the end of a month', () => {
    expect(daysUpTo(Date.parse('2026-03-02T00:00:01Z'), 3)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
    expect(daysUpTo(Date.parse('2026-03-02T23:59:59Z'), 90)).toHaveLength(90);
  });

  it('are a month unless the address names another that is offered', () => {
    expect([periodDays(undefined), periodDays('7'), periodDays('8')]).toEqual([30, 7, 30]);
  });
});

describe('the lines of a scale of time', () => {
  it('are round numbers, and reach the largest value', () => {
    expect(durationTicks(0.4)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(durationTicks(0)).toEqual([0, 0.1]);
    expect(durationTicks(475)).toEqual([0, 120, 240, 360, 480]);
    expect(durationTicks(2_409)).toEqual([0, 600, 1_200, 1_800, 2_400, 3_000]);
    expect(durationTicks(10 * 86_400)).toEqual([0, 2, 4, 6, 8, 10].map((days) => days * 86_400));
  });
});
