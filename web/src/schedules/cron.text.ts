const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const SHORT_DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MONTHS = [
  ...['', 'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
] as const;

const LIST = new Intl.ListFormat('en-GB');

/** The meaning of a cron expression such as `*\/15 8-18 * * 1-5` in English; null for expressions that are easier to read as they are. */
export function cronText(cron: string): string | null {
  const fields = cron.trim().split(/ +/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const time = timeText(minute, hour);
  const days = dayText(day, weekday);
  const months = monthText(month);
  if (time === null || days === null || months === null) return null;
  const { text, isMoment } = time;
  const parts = isMoment ? [days || 'every day', months, text] : [text, days, months];
  return parts.filter(Boolean).join(' ');
}

/** `isMoment`: at certain times of a day, not repeatedly during it. */
function timeText(minute: string, hour: string): { readonly text: string; readonly isMoment: boolean } | null {
  const minutes = numbers(minute, 59);
  const hours = numbers(hour, 23);
  if (minutes && hours && minutes.length * hours.length <= 6) {
    const times = hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`));
    return { text: `at ${LIST.format(times)}`, isMoment: true };
  }
  const during = hour === '*' ? '' : hourRange(hour);
  const step = every(minute, 60, 'minute');
  if (step) return during === null ? null : { text: `${step}${during}`, isMoment: false };
  if (!minutes || minutes.length > 4) return null;
  const at = minutes.length === 1 && minutes[0] === 0 ? 'on the hour' : `at minute ${LIST.format(minutes.map(String))}`;
  const hourly = hour === '*' ? 'every hour' : every(hour, 24, 'hour');
  if (hourly) return { text: `${hourly}, ${at}`, isMoment: false };
  return during ? { text: `every hour${during}, ${at}`, isMoment: false } : null;
}

/** `*` and `*\/n` where n divides the whole; other steps are not even. */
function every(field: string, whole: number, unit: string): string | null {
  if (field === '*') return `every ${unit}`;
  const step = Number(/^\*\/(\d+)$/.exec(field)?.[1] ?? Number.NaN);
  if (!(step >= 1 && whole % step === 0)) return null;
  return step === 1 ? `every ${unit}` : `every ${step} ${unit}s`;
}

function hourRange(field: string): string | null {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(field) ?? [];
  if (from !== undefined && to !== undefined) return ` from ${two(Number(from))}:00 to ${two(Number(to))}:59`;
  const [only, ...others] = numbers(field, 23) ?? [];
  return only !== undefined && others.length === 0 ? ` from ${two(only)}:00 to ${two(only)}:59` : null;
}

function dayText(day: string, weekday: string): string | null {
  if (day === '*' && weekday === '*') return '';
  // With both, cron runs on either of them, which few people expect.
  if (day !== '*' && weekday !== '*') return null;
  if (weekday !== '*') return weekdayText(weekday);
  const days = numbers(day, 31);
  return days && days.length <= 6 ? `on day ${LIST.format(days.map(String))} of the month` : null;
}

function weekdayText(field: string): string | null {
  const named = field.toLowerCase().replaceAll(/[a-z]{3}/g, (name) => String(SHORT_DAYS.indexOf(name as 'sun')));
  const range = /^([0-7])-([0-7])$/.exec(named);
  if (range) return `${DAYS[Number(range[1])]} to ${DAYS[Number(range[2])]}`;
  const days = numbers(named, 7);
  return days ? `every ${LIST.format(days.map((one) => DAYS[one] as string))}` : null;
}

function monthText(field: string): string | null {
  if (field === '*') return '';
  const months = numbers(field, 12);
  return months && !months.includes(0) ? `in ${LIST.format(months.map((one) => MONTHS[one] as string))}` : null;
}

/** A number or a list of them; null for anything else. */
function numbers(field: string, max: number): number[] | null {
  if (!/^\d+(,\d+)*$/.test(field)) return null;
  const found = field.split(',').map(Number);
  return found.every((one) => one <= max) ? found : null;
}

const two = (value: number): string => String(value).padStart(2, '0');
