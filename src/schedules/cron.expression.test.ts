import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun, wrongCron } from './cron.expression.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FROM = Date.parse('2026-01-01T00:00:00Z');
const TO = Date.parse('2029-01-01T00:00:00Z');

/** The next `count` runs. */
function runs(cron: string, zone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (let last = new Date(after); found.length < count; found.push(last.toISOString().replace('.000', '')))
    last = nextRun(cron, zone, last);
  return found;
}

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

  it('comes next after any moment, at its time and at most a day later', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(minute, hour, moment, (m, h, now) => {
        const next = nextRun(`${m} ${h} * * *`, 'UTC', now);
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(next.getTime()).toBeLessThanOrEqual(now.getTime() + DAY_MS);
        expect([next.getUTCHours(), next.getUTCMinutes()]).toEqual([h, m]);
      }),
    );
  });
});

describe('A schedule at a time that summer time skips', () => {
  it.each([
    ['30 2 * * *', 'Europe/Zurich', '2026-03-28T01:30:00Z', ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    ['15 2 * * 0', 'Europe/Zurich', '2026-03-22T01:15:00Z', ['2026-03-29T01:00:00Z', '2026-04-05T00:15:00Z']],
    ['30 2 * * *', 'America/New_York', '2027-03-13T07:30:00Z', ['2027-03-14T07:00:00Z', '2027-03-15T06:30:00Z']],
    ['0 3 * * *', 'Europe/Zurich', '2026-03-28T02:00:00Z', ['2026-03-29T01:00:00Z', '2026-03-30T01:00:00Z']],
    // Several lost times run together, with the one that the clocks jump to.
    ['0 1-4 * * *', 'Europe/Zurich', '2026-03-28T23:30:00Z', ['2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z']],
    ['*/20 2 * * *', 'Europe/Zurich', '2026-03-28T23:30:00Z', ['2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z']],
    // Half an hour is lost.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', ['2026-10-03T15:30:00Z', '2026-10-04T15:15:00Z']],
    // A whole day is lost: 30 December 2011.
    ['0 9 * * *', 'Pacific/Apia', '2011-12-29T18:00:00Z', ['2011-12-29T19:00:00Z', '2011-12-30T10:00:00Z']],
  ])('%s in %s runs at the moment the clock jumps', (cron, zone, after, right) => {
    expect(runs(cron, zone, after, 2)).toEqual(right);
  });

  it('runs in each real hour when its pattern is for every hour', () => {
    expect(runs('15 * * * *', 'Europe/Zurich', '2026-03-29T00:00:00Z', 2)).toEqual([
      '2026-03-29T00:15:00Z',
      '2026-03-29T01:15:00Z',
    ]);
  });
});

describe('A schedule at a time that comes twice runs once: such a schedule', () => {
  it.each([
    ['30 2 * * *', 'Europe/Zurich', '2026-10-24T00:30:00Z', ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    ['30 2 * * *', 'Europe/Zurich', '2026-10-25T01:00:20Z', ['2026-10-26T01:30:00Z', '2026-10-27T01:30:00Z']],
    ['30 1 * * *', 'America/New_York', '2027-11-06T05:30:00Z', ['2027-11-07T05:30:00Z', '2027-11-08T06:30:00Z']],
    ['15 0 * * *', 'America/Havana', '2026-10-31T12:00:00Z', ['2026-11-01T04:15:00Z', '2026-11-02T05:15:00Z']],
  ])('%s in %s runs once', (cron, zone, after, right) => {
    expect(runs(cron, zone, after, 2)).toEqual(right);
  });

  it('runs in each real half-hour when its pattern is for every hour', () => {
    expect(runs('*/30 * * * *', 'Europe/Zurich', '2026-10-24T23:45:00Z', 6)).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T01:30:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-25T02:30:00Z',
    ]);
  });
});

describe('In every time zone and over three years', () => {
  const zones = zonesByBehaviour();

  it('a daily schedule runs once on each local day, at its time or at the moment the clock jumps over it', () => {
    for (const [zone, jumps] of zones) {
      // The times that a change is most likely to hit, and those that this zone's own changes hit.
      const times = new Set(jumps.flatMap((jump) => [local(zone, jump - 60_000).time, local(zone, jump).time]));
      for (const time of ['02:30', ...times])
        for (const jump of jumps.length > 0 ? jumps : [FROM]) checkDaily(zone, time, jumps, jump - 4 * DAY_MS, 8);
    }
    // Between the changes of a zone all days are alike; a few zones are walked through entirely.
    for (const zone of ['Europe/Zurich', 'America/New_York', 'Africa/Casablanca'])
      checkDaily(zone, '02:30', zones.get(zone) ?? jumpsOf(zone), FROM, 3 * 365);
  }, 120_000);

  it('a schedule for every hour runs once in each real hour', () => {
    for (const [zone, jumps] of zones)
      for (const jump of jumps) {
        const around = runs('10 * * * *', zone, new Date(jump - 4 * HOUR_MS).toISOString(), 8).map(Date.parse);
        const gaps = around.slice(1).map((at, index) => at - (around[index] as number));
        const lost = shift(zone, jump);
        // Lord Howe changes by half an hour, so an hour of it has 30 or 90 minutes.
        const right = (gap: number) => (lost % HOUR_MS === 0 ? gap === HOUR_MS : gap <= 1.5 * HOUR_MS);
        expect([zone, gaps.every(right)]).toEqual([zone, true]);
      }
  });
});

/** Walks through `count` runs, each from the one before and from a moment between the two. */
function checkDaily(zone: string, time: string, jumps: readonly number[], from: number, count: number): void {
  const [hour, minute] = time.split(':').map(Number);
  const cron = `${minute} ${hour} * * *`;
  let last = nextRun(cron, zone, new Date(from));
  for (let run = 0; run < count; run += 1) {
    const next = nextRun(cron, zone, last);
    const days = dayOfRun(zone, time, next, jumps) - dayOfRun(zone, time, last, jumps);
    expect([zone, time, next.toISOString(), days]).toEqual([zone, time, next.toISOString(), 1]);
    // A moment in between leads to the same run, also in an hour that comes twice.
    const between = last.getTime() + 1 + ((next.getTime() - last.getTime()) * ((run % 8) + 1)) / 10;
    expect(nextRun(cron, zone, new Date(between))).toEqual(next);
    last = next;
  }
}

/** The local day whose run this is; NaN for one that is neither at its time nor at the jump over it. */
function dayOfRun(zone: string, time: string, run: Date, jumps: readonly number[]): number {
  const at = run.getTime();
  if (local(zone, at).time === time) return localDay(zone, at);
  if (!jumps.includes(at)) return Number.NaN;
  const wallAt = (instant: number) => localDay(zone, instant) * DAY_MS + minutes(local(zone, instant).time);
  // The clocks of Greenland jump over the end of a day.
  const day = [localDay(zone, at), localDay(zone, at - 1)].find((candidate) => {
    const lost = candidate * DAY_MS + minutes(time);
    return lost > wallAt(at - 60_000) && lost < wallAt(at);
  });
  return day ?? Number.NaN;
}

const minutes = (time: string): number => Date.parse(`1970-01-01T${time}:00Z`);

/** One zone for each set of changes within the three years, with the moments at which its clock jumps. */
function zonesByBehaviour(): Map<string, number[]> {
  const byChanges = new Set<string>();
  const found = new Map<string, number[]>();
  for (const zone of [...Intl.supportedValuesOf('timeZone'), 'UTC']) {
    const jumps = jumpsOf(zone);
    const changes = jumps.map((jump) => `${jump} ${local(zone, jump).time}`).join() || local(zone, FROM).time;
    if (byChanges.has(changes)) continue;
    byChanges.add(changes);
    found.set(zone, jumps);
  }
  return found;
}

function jumpsOf(zone: string): number[] {
  const jumps: number[] = [];
  for (let at = FROM; at < TO; at += DAY_MS) {
    if (shift(zone, at, DAY_MS) === 0) continue;
    let [before, after] = [at - DAY_MS, at];
    while (after - before > 60_000) {
      const middle = before + Math.floor((after - before) / 120_000) * 60_000;
      if (shift(zone, middle, middle - (at - DAY_MS)) === 0) before = middle;
      else after = middle;
    }
    jumps.push(after);
  }
  return jumps;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the wall clock of the zone shows, read another way than the code does. */
function local(zone: string, at: number): { day: string; time: string } {
  let format = formats.get(zone);
  if (!format) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...fields });
    formats.set(zone, format);
  }
  const [day = '', time = ''] = format.format(at).split(' ');
  return { day, time };
}

const localDay = (zone: string, at: number) => Date.parse(`${local(zone, at).day}T00:00:00Z`) / DAY_MS;

/** By how much the clock of the zone was set forward within the time before `at`. */
function shift(zone: string, at: number, within = 60_000): number {
  const wall = (instant: number) => {
    const { day, time } = local(zone, instant);
    return Date.parse(`${day}T${time}:00Z`);
  };
  return wall(at) - wall(at - within) - within;
}
