import { LRUCache } from 'lru-cache';

// Wall-clock times are milliseconds since 1970 as if the wall clock showed UTC, so that they can be counted and compared.

/** There are some 600 names of zones; an upper bound all the same, because names come from requests and may be written in any case. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 1_000 });

/** Whether `name` is a time zone of the IANA database. An offset such as +02:00 is not, because it has no daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    offsets(name);
    return true;
  } catch {
    return false;
  }
}

/** What the wall clock shows at an instant. */
export const wallTime = (zone: string, instant: number): number => instant + offsetMs(zone, instant);

/**
 * The instants at which the wall clock shows `wall`, earliest first: one as a rule, two when clocks are set back over it. When clocks are
 * set forward over it, none, and `jump` is the instant at which they are and `lostMs` by how much.
 */
export function instantsOf(zone: string, wall: number): { at: number[]; jump?: number; lostMs?: number } {
  // No offset is as long as a day, so these are the ones before and after anything that happens to the wall clock here.
  const before = offsetMs(zone, wall - DAY_MS);
  const after = offsetMs(zone, wall + DAY_MS);
  if (before === after && offsetMs(zone, wall - before) === before) return { at: [wall - before] };
  const [early, late] = [wall - Math.max(before, after), wall - Math.min(before, after)];
  const at = [...new Set([early, late])].filter((instant) => wallTime(zone, instant) === wall);
  if (at.length > 0) return { at };
  const jump = transition(zone, early, late);
  return { at, jump, lostMs: offsetMs(zone, jump) - offsetMs(zone, jump - 1) };
}

/** How much of the wall clock's time before `instant` is shown again within a day. Zero but when clocks are about to be set back. */
export function repeatedMs(zone: string, instant: number): number {
  return Math.max(offsetMs(zone, instant) - offsetMs(zone, instant + DAY_MS), 0);
}

const DAY_MS = 86_400_000;

/** The first instant with the offset of `late`, to the millisecond. */
function transition(zone: string, early: number, late: number): number {
  const offset = offsetMs(zone, late);
  let [before, after] = [early, late];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetMs(zone, middle) === offset) after = middle;
    else before = middle;
  }
  return after;
}

/** What the zone's wall clock is ahead of UTC. */
function offsetMs(zone: string, instant: number): number {
  const text = offsets(zone).format(instant);
  const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!found) throw new Error(`no offset in ${text}`);
  const [, sign, hours, minutes, seconds = '0'] = found;
  const size = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}

function offsets(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}
