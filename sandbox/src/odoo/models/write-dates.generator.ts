import { hash32 } from '../../seeded.random.ts';
import { SECOND } from '../orm/datetime.format.ts';

/** How many records were written in one transaction, and so share a write date. */
const TOGETHER = 40;

/** The write dates of any number of records span at most this many seconds. */
const LONGEST = 200 * 86_400;

export interface DateParts {
  /** Of the first records, microseconds since 1970. */
  first: number;
  count: number;
  /** Between two transactions, microseconds; less if there are too many records. */
  step: number;
  seed: number;
}

/** Dates that never decrease with the index and never lie on a whole second (so that 18 finds them by `>`, recording 52). */
export function ascendingDates({ first, count, step, seed }: DateParts): (index: number) => number {
  const transactions = Math.floor(count / TOGETHER) + 1;
  const between = Math.min(step, Math.max(1, Math.floor(LONGEST / transactions)) * SECOND);
  return (index) => {
    const transaction = Math.floor((index + 1) / TOGETHER);
    return first + transaction * between + 1 + (hash32(seed, transaction, 99) % 999_998);
  };
}
