import { mergedSequence, type Ranking, type Sequence } from '../store/merged.sequence.ts';
import { FIRST_CUSTOMER_ID } from './customer.generator.ts';
import type { CustomerStore } from './customer.store.ts';
import type { CustomerRecord } from './customer.types.ts';
import { lexicalAt, lexicalRankOf } from './lexical.order.ts';

export type CustomerOrder = 'id' | 'name' | 'registered_date';

export interface SequenceParts {
  store: CustomerStore;
  order: CustomerOrder;
  /** Users beside the generated ones, see CustomerStore.added(). */
  added: readonly CustomerRecord[];
  /** Generated ids to leave out: deleted or excluded. */
  removed: readonly number[];
}

/** All generated customers without the removed ones and with the added ones. */
export function customerSequence({ store, order, added, removed }: SequenceParts): Sequence {
  const users = [...added].sort((a, b) => compareUsers(a, b, order));
  return mergedSequence(ranking(order, store.shop.customers), users, removed);
}

/** Sorts users as the shop's database does; ties by id. */
export function compareUsers(a: CustomerRecord, b: CustomerRecord, order: CustomerOrder): number {
  if (order === 'name') return compareText(a.username.toLowerCase(), b.username.toLowerCase());
  if (order === 'registered_date' && a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id - b.id;
}

function ranking(order: CustomerOrder, count: number): Ranking<CustomerRecord> {
  if (order === 'name') {
    // customer<number>, and id = number + 1
    return {
      count,
      idAt: (rank) => lexicalAt(rank, count) + 1,
      rankOf: (id) => lexicalRankOf(id - 1, count),
      isAfter: (rank, user) => compareText(`customer${lexicalAt(rank, count)}`, user.username.toLowerCase()) > 0,
    };
  }
  // Generated customers registered in the order of their ids, after the administrator and before anyone created since.
  return {
    count,
    idAt: (rank) => rank + FIRST_CUSTOMER_ID,
    rankOf: (id) => id - FIRST_CUSTOMER_ID,
    isAfter: (rank, user) => rank + FIRST_CUSTOMER_ID > user.id,
  };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
