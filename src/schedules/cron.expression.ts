import { CronExpressionParser } from 'cron-parser';
import { instantsOf, repeatedMs, wallTime } from './time.zone.ts';

/** Five fields as in crontab; the parser would also accept seconds and aliases. */
const FIVE_FIELDS = /^\S+( +\S+){4}$/;
/** `H` stands for a random minute, which differs each time the expression is parsed. */
const RANDOM = /\bH\b/i;
const HOUR_MS = 3_600_000;

/** The error of the expression, or null when it is valid. */
export function wrongCron(cron: string): string | null {
  if (!FIVE_FIELDS.test(cron)) return 'must have five fields: minute, hour, day of month, month, day of week';
  if (RANDOM.test(cron)) return 'must not use H';
  try {
    nextRun(cron, 'UTC', new Date());
    return null;
  } catch (error) {
    return `has no matching time: ${(error as Error).message}`;
  }
}

/**
 * The first time after `after` at which the schedule runs. Where clocks change, a time that does not exist runs at the moment they jump,
 * and a time that comes twice runs once, the first time. A pattern for every hour follows real time instead: it runs in both hours that
 * bear the same name, and not for an hour that is lost.
 */
export function nextRun(cron: string, timeZone: string, after: Date): Date {
  const since = after.getTime();
  const start = wallTime(timeZone, since);
  // cron-parser's own time zones give other times forwards than backwards, so it counts on the wall clock alone.
  const parse = (from: number) =>
    CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(from), strict: false });
  let expression = parse(start);
  const everyHour = expression.fields.hour.values.length === 24;
  const repeated = everyHour ? repeatedMs(timeZone, since) : 0;
  if (repeated > 0) expression = parse(start - repeated);
  let next = Number.POSITIVE_INFINITY;
  for (;;) {
    const wall = expression.next().getTime();
    const { at, jump = 0, lostMs = 0 } = instantsOf(timeZone, wall);
    const [first = jump] = at;
    // First times never go back while the wall clock goes on, so nothing earlier can follow.
    if (first >= next) return new Date(next);
    for (const instant of runsAt(at, jump, lostMs, everyHour)) if (instant > since) next = Math.min(next, instant);
  }
}

function runsAt(at: number[], jump: number, lostMs: number, everyHour: boolean): number[] {
  if (at.length > 0) return everyHour ? at : at.slice(0, 1);
  // After a lost hour the same minute comes an hour of real time later; after half an hour it does not.
  return everyHour && lostMs % HOUR_MS === 0 ? [] : [jump];
}
