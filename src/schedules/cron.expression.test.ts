import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeZone, nextRun, previousRun, wrongCron } from './cron.expression.ts';

describe('a cron expression', () => {
  it.each([
    '0 3 * * *',
    '*/5 * * * *',
    '0 0 * * THU',
    '0 0 29 2 *',
    '0 0 L * *',
    '0 0 * * 1#2',
    '1-5/2 8-18 * 3,4 1-5',
  ])('%s is accepted', (cron) => {
    expect(wrongCron(cron)).toBeNull();
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '@daily',
    ' * * * * *',
    '60 * * * *',
    'a b c d e',
    '0 0 30 2 *',
    'H 3 * * *',
    'H/5 * * * *',
  ])('%j is refused', (cron) => {
    expect(wrongCron(cron)).toEqual(expect.any(String));
  });

  it('comes next after and last before any moment, with nothing between', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(minute, hour, moment, (m, h, now) => {
        const cron = `${m} ${h} * * *`;
        const next = nextRun(cron, 'UTC', now);
        const previous = previousRun(cron, 'UTC', now);
        expect(previous.getTime()).toBeLessThan(now.getTime());
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        // On the moment itself it is neither.
        const days = (next.getTime() - previous.getTime()) / 86_400_000;
        expect([1, 2]).toContain(days);
        expect([next.getUTCHours(), next.getUTCMinutes()]).toEqual([h, m]);
      }),
    );
  });

  it('keeps to the wall clock of its time zone over a change to summer time', () => {
    const before = nextRun('0 8 * * *', 'Europe/Zurich', new Date('2026-03-28T00:00:00Z'));
    const after = nextRun('0 8 * * *', 'Europe/Zurich', before);
    expect([before.toISOString(), after.toISOString()]).toEqual([
      '2026-03-28T07:00:00.000Z',
      '2026-03-29T06:00:00.000Z',
    ]);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Nowhere/City', '+02:00', 'Z', 'Europe/Zürich'])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
