import { CronExpressionParser } from 'cron-parser';

/** Five fields, as crontab has them; pg-boss would also take seconds, aliases and other formats. */
const FIVE_FIELDS = /^\S+( +\S+){4}$/;
/** `H` is another minute each time it is read. */
const RANDOM = /\bH\b/i;

/** What is wrong with the expression, or null. It may be read by pg-boss, which uses the same parser. */
export function wrongCron(cron: string): string | null {
  if (!FIVE_FIELDS.test(cron)) return 'must have five fields: minute, hour, day of month, month, day of week';
  if (RANDOM.test(cron)) return 'must not use H';
  try {
    nextRun(cron, 'UTC', new Date());
    return null;
  } catch (error) {
    return `is no time that comes: ${(error as Error).message}`;
  }
}

/** Whether it is a name of the IANA database; an offset such as +02:00 knows no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The first time after `now`. */
export const nextRun = (cron: string, timeZone: string, now: Date): Date => at(cron, timeZone, now).next().toDate();

/** The last time before `now`. */
export const previousRun = (cron: string, timeZone: string, now: Date): Date => at(cron, timeZone, now).prev().toDate();

const at = (cron: string, tz: string, currentDate: Date) =>
  CronExpressionParser.parse(cron, { tz, currentDate, strict: false });
