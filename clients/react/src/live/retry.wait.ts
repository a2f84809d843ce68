const LONGEST_MS = 30_000;

export interface RetryRules {
  readonly firstMs: number;
  /** The service has no such stream: it is looked for seldom. */
  readonly missing: boolean;
}

/** Doubled with each failure in a row, up to half a minute; spread, so that not all viewers of a restarted service come at once. */
export function retryWaitMs(failures: number, { firstMs, missing }: RetryRules, random = Math.random): number {
  const wait = missing ? firstMs * 30 : firstMs * 2 ** Math.max(0, failures - 1);
  return Math.min(LONGEST_MS, wait) * (0.5 + random() / 2);
}
