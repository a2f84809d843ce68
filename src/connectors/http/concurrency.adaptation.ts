/** How many calls of a connection may run at once, as a fraction that grows, and when the limit was last lowered (milliseconds). */
export interface Concurrency {
  readonly limit: number;
  readonly loweredAt: number;
}

export interface CallEnd {
  readonly load: 'fine' | 'strained' | 'down';
  readonly startedAt: number;
  readonly now: number;
}

/**
 * Additive increase, multiplicative decrease: a strained system halves the limit, and as many good calls as the limit add one. Calls
 * that began before the last halving do not count, so that a burst of failures halves once. Always between 1 and `max`.
 */
export function adaptConcurrency(current: Concurrency, end: CallEnd, max: number): Concurrency {
  if (end.load === 'fine') return { ...current, limit: Math.min(max, current.limit + 1 / current.limit) };
  if (end.startedAt < current.loweredAt) return current;
  return { limit: Math.max(1, current.limit / 2), loweredAt: end.now };
}
