const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 2 * 3_600_000;
/** A receiver may ask for a longer wait than ours, but not for so long that a day has few attempts left. */
const LONGEST_REQUESTED_MS = 3_600_000;

/**
 * How long a delivery waits after its nth failed attempt: 5 s, 20 s, 80 s … 2 h, a fifth more or less so that deliveries that failed together
 * do not come back together. `random` is in [0, 1).
 */
export function waitAfterFailure(attempts: number, requestedMs: number | undefined, random: number): number {
  const wait = Math.min(FIRST_WAIT_MS * 4 ** (attempts - 1), LONGEST_WAIT_MS) * (0.8 + 0.4 * random);
  return Math.max(wait, Math.min(requestedMs ?? 0, LONGEST_REQUESTED_MS));
}
