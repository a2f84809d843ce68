/**
 * The clock of the service, by the Date header of its responses: a wrong clock of this machine must not make a fresh report look old.
 * The header has whole seconds, so a smaller difference than its error is none.
 */
const HEADER_ERROR_MS = 2_000;

let offsetMs = 0;

/** Now by the clock of the service, in milliseconds since 1970; by that of this machine until the service has responded. */
export const serverNow = (): number => Date.now() + offsetMs;

/** Called with each response of the service. */
export function noteServerTime({ headers }: Pick<Response, 'headers'>): void {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  const newOffsetMs = date - Date.now();
  if (Math.abs(newOffsetMs - offsetMs) > HEADER_ERROR_MS) offsetMs = newOffsetMs;
}
