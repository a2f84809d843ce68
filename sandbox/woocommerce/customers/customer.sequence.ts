import { FIRST_CUSTOMER_ID } from './customer.generator.ts';
import type { CustomerStore } from './customer.store.ts';
import type { CustomerRecord } from './customer.types.ts';
import { lexicalAt, lexicalRankOf } from './lexical.order.ts';

export type CustomerOrder = 'id' | 'name' | 'registered_date';

/** An ascending sequence of user ids that is never written out: any stretch of it costs a few look-ups. */
export interface CustomerSequence {
  length: number;
  idAt(position: number): number;
}

export interface SequenceParts {
  store: CustomerStore;
  order: CustomerOrder;
  /** Users beside the generated ones, see CustomerStore.added(). */
  added: readonly CustomerRecord[];
  /** Generated ids to leave out: deleted or excluded. */
  removed: readonly number[];
}

/**
 * All generated customers less the removed plus the added ones. Generated customers have a computable rank; the few
 * others are placed among them by binary search.
 */
export function customerSequence({ store, order, added, removed }: SequenceParts): CustomerSequence {
  const count = store.shop.customers;
  const ranks = ranking(order, count);
  const gaps = removed.map((id) => ranks.rankOf(id)).sort((a, b) => a - b);
  const survivorsBefore = (rank: number) => rank - firstWhere(gaps.length, (i) => (gaps[i] ?? 0) >= rank);
  // Deleted or not, neighbours keep their order: compare with the generated original at each rank.
  const placed = [...added]
    .sort((a, b) => compareUsers(a, b, order))
    .map((user, extra) => {
      const rank = firstWhere(count, (i) => ranks.isAfter(ranks.idAt(i), user));
      return { id: user.id, position: survivorsBefore(rank) + extra };
    });

  return {
    length: count - gaps.length + placed.length,
    idAt(position) {
      const extras = firstWhere(placed.length, (i) => (placed[i]?.position ?? 0) >= position);
      const here = placed[extras];
      if (here?.position === position) return here.id;
      const survivor = position - extras;
      return ranks.idAt(survivor + firstWhere(gaps.length, (i) => (gaps[i] ?? 0) - i > survivor));
    },
  };
}

/** Sorts users as the shop's database would; equal keys by id. */
export function compareUsers(a: CustomerRecord, b: CustomerRecord, order: CustomerOrder): number {
  if (order === 'name') return compareText(a.username.toLowerCase(), b.username.toLowerCase());
  if (order === 'registered_date' && a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id - b.id;
}

interface Ranking {
  idAt(rank: number): number;
  rankOf(id: number): number;
  /** Does the generated customer of that id come after this user? */
  isAfter(id: number, user: CustomerRecord): boolean;
}

function ranking(order: CustomerOrder, count: number): Ranking {
  if (order === 'name') {
    // customer<number>, and id = number + 1
    return {
      idAt: (rank) => lexicalAt(rank, count) + 1,
      rankOf: (id) => lexicalRankOf(id - 1, count),
      isAfter: (id, user) => compareText(`customer${id - 1}`, user.username.toLowerCase()) > 0,
    };
  }
  // Generated customers registered in the order of their ids, after the administrator and before anyone created since.
  return {
    idAt: (rank) => rank + FIRST_CUSTOMER_ID,
    rankOf: (id) => id - FIRST_CUSTOMER_ID,
    isAfter: (id, user) => id > user.id,
  };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The first of 0…length−1 for which a condition that stays true once it is true holds, or length. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
