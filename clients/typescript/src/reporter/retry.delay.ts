/** A service that is restarted is back within seconds; one that is overloaded is not helped by haste. */
const MOST_MS = 30_000;
/** A service that asks for more is asked again anyway. */
const MOST_REQUESTED_MS = 5 * 60_000;

/** Whether the same request may succeed later. Without an answer it is not known what became of it. */
export function isPassing(response: Pick<Response, 'ok' | 'status'> | undefined): boolean {
  // An answer of 2xx that cannot be read was cut off on its way.
  return response === undefined || response.ok || response.status >= 500 || [408, 425, 429].includes(response.status);
}

/**
 * How long to wait before the attempt after `failures` ones: what Retry-After asks for, or else twice as long each time, up to half a minute.
 * Chance (0 to 1) keeps reporters that failed together from coming back together.
 */
export function retryDelayMs(
  failures: number,
  headers: Headers | undefined,
  firstMs = 500,
  chance = Math.random(),
): number {
  const requested = requestedMs(headers);
  if (requested !== undefined) return Math.min(requested, MOST_REQUESTED_MS) * (1 + chance / 10);
  return Math.min(firstMs * 2 ** (failures - 1), MOST_MS) * (0.5 + chance / 2);
}

/** Seconds or a date, which is counted from the Date of the same answer: the two clocks may differ. */
function requestedMs(headers: Headers | undefined): number | undefined {
  const text = headers?.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const at = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  const now = Date.parse(headers?.get('date') ?? '');
  return Number.isNaN(at) ? undefined : Math.max(at - (Number.isNaN(now) ? Date.now() : now), 0);
}
