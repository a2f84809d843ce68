import { CronExpressionParser } from 'cron-parser';

/** Five fields as in crontab. pg-boss would also accept seconds, aliases and other formats. */
const FIVE_FIELDS = /^\S+( +\S+){4}$/;
/** `H` stands for a random minute, which differs each time the expression is parsed. */
const RANDOM = /\bH\b/i;

/** The error of the expression, or null when it is valid. pg-boss uses the same parser. */
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

/** Whether `name` is a time zone of the IANA database. An offset such as +02:00 is not, because it has no daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The first matching time after `now`. */
export const nextRun = (cron: string, timeZone: string, now: Date): Date => at(cron, timeZone, now).next().toDate();

/** The last matching time before `now`. */
export const previousRun = (cron: string, timeZone: string, now: Date): Date => at(cron, timeZone, now).prev().toDate();

const at = (cron: string, tz: string, currentDate: Date) =>
  CronExpressionParser.parse(cron, { tz, currentDate, strict: false });
