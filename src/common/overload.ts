import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.ts';

/**
 * Who is refused asks again at once, as a rule, without heed of Retry-After; two thousand who do so would keep the process busy with
 * refusals. So each is held for a moment, at random, and still answered within a second.
 */
const HELD_MS = { least: 200, most: 700 };

export const overloaded = (detail: string): Problem => new Problem('overloaded', detail, { retryAfter: 1 });

export const tooManyRequests = (detail: string, msBeforeNext: number): Problem =>
  new Problem('too-many-requests', detail, { retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1_000)) });

/** Throws the refusal, a moment later. */
export async function refuseLater(refusal: Problem): Promise<never> {
  await delay(HELD_MS.least + Math.random() * (HELD_MS.most - HELD_MS.least));
  throw refusal;
}

/** A mean of the last few, in which the newest counts for a fifth. */
export const movingMean = (mean: number | undefined, newest: number): number =>
  mean === undefined ? newest : mean + (newest - mean) / 5;
