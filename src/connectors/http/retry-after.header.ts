/** The maximum: a system that says "in a year" would otherwise block a connection forever. */
const MAX_MS = 24 * 3600 * 1000;

/** The wait that Retry-After requests, in milliseconds, from seconds or an HTTP date; undefined when it is missing or invalid. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), MAX_MS);
  // A date must begin with the name of a day, since Date.parse also accepts "-5" and "1 2".
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined;
  const at = Date.parse(/ (GMT|UTC)$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), MAX_MS);
}

/**
 * The wait that a response requests. Its own Date tells what a time in Retry-After is counted from: the system's clock may differ from ours,
 * which is asked (`now`) only where there is none.
 */
export function requestedWaitMs(
  headers: Readonly<Record<string, string | undefined>>,
  now: number,
): number | undefined {
  const date = Date.parse(headers.date ?? '');
  return retryAfterMs(headers['retry-after'], Number.isNaN(date) ? now : date);
}
