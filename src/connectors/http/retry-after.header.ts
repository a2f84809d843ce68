/** Longer is not believed: a system that says "in a year" would hold a connection for ever. */
const LONGEST_MS = 24 * 3600 * 1000;

/** Milliseconds a Retry-After asks for, from seconds or an HTTP date; undefined when there is none or it cannot be read. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), LONGEST_MS);
  // A name of a day or nothing: Date.parse reads "-5" and "1 2" as dates.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined;
  const at = Date.parse(/ (GMT|UTC)$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), LONGEST_MS);
}
