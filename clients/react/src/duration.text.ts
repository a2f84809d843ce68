const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "under 1 s", "45 s", "2 min 10 s", "12 min", "3 h 5 min", "2 d 4 h": as exact as somebody who waits wants it. */
export function durationWords(seconds: number): string {
  const exact = Math.round(Math.max(0, seconds));
  if (exact < 1) return 'under 1 s';
  if (exact < 10 * MINUTE) return pair(exact, MINUTE, 'min', 1, 's');
  const toMinutes = Math.round(seconds / MINUTE) * MINUTE;
  if (toMinutes < DAY) return pair(toMinutes, HOUR, 'h', MINUTE, 'min');
  return pair(Math.round(seconds / HOUR) * HOUR, DAY, 'd', HOUR, 'h');
}

/** The time to the end; null: nobody knows. */
export const etaWords = (seconds: number | null): string => (seconds === null ? 'unknown' : durationWords(seconds));

function pair(total: number, big: number, bigName: string, small: number, smallName: string): string {
  const bigs = Math.floor(total / big);
  const smalls = Math.floor((total % big) / small);
  const words = [bigs > 0 && `${bigs} ${bigName}`, smalls > 0 && `${smalls} ${smallName}`];
  return words.filter(Boolean).join(' ');
}
