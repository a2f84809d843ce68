import { describe, expect, it } from 'vitest';
import { cronText } from './cron.text.ts';

describe('A schedule in words', () => {
  it.each([
    ['* * * * *', 'every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['*/1 * * * *', 'every minute'],
    ['0 * * * *', 'every hour, on the hour'],
    ['30 */2 * * *', 'every 2 hours, at minute 30'],
    ['0,30 * * * *', 'every hour, at minute 0 and 30'],
    ['0 3 * * *', 'every day at 03:00'],
    ['15 8,13,18 * * 1-5', 'Monday to Friday at 08:15, 13:15 and 18:15'],
    ['0 3 * * 0', 'every Sunday at 03:00'],
    ['0 3 * * mon,thu', 'every Monday and Thursday at 03:00'],
    ['0 4 1,15 * *', 'on day 1 and 15 of the month at 04:00'],
    ['0 4 1 1,7 *', 'on day 1 of the month in January and July at 04:00'],
    ['*/10 8-18 * * 1-5', 'every 10 minutes from 08:00 to 18:59 Monday to Friday'],
    ['5 8-18 * * *', 'every hour from 08:00 to 18:59, at minute 5'],
  ])('%s is %s', (cron, text) => {
    expect(cronText(cron)).toBe(text);
  });

  it.each([
    ['seven minutes, which an hour does not divide into', '*/7 * * * *'],
    ['a day of the month or of the week, whichever comes', '0 3 1 * 1'],
    ['six fields', '0 0 3 * * *'],
    ['no time at all', '99 3 * * *'],
    ['an empty field', ''],
  ])('says nothing of what is better read as it stands: %s', (_, cron) => {
    expect(cronText(cron)).toBeNull();
  });
});
