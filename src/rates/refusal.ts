import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../common/problem.ts';

/** Who asks again at once, without heed of Retry-After, is answered four times a second on each connection, and takes no more CPU than that. */
const REFUSED_AFTER_MS = 250;

/** Throws Problem too-many-requests a little later. */
export async function refuseLater(detail: string, msBeforeNext: number): Promise<never> {
  await delay(REFUSED_AFTER_MS);
  throw new Problem('too-many-requests', detail, { retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1_000)) });
}
