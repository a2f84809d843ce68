import { FIRST_CUSTOMER_ID, generatedUsername } from './customer.generator.ts';
import { type CustomerOrder, compareUsers, customerSequence, type SequenceParts } from './customer.sequence.ts';
import type { CustomerStore } from './customer.store.ts';
import type { CustomerRecord } from './customer.types.ts';

/** What a list of customers may be asked for, after validation. */
export interface CustomerQuery {
  role: string;
  orderby: CustomerOrder | 'include';
  order: 'asc' | 'desc';
  search: string;
  email: string;
  include: readonly number[];
  exclude: readonly number[];
  offset: number;
  limit: number;
}

/** One page of customers, and how many there are on all pages. */
export interface CustomerPage {
  total: number;
  customers: CustomerRecord[];
}

/** Runs a query. Without a filter a page is computed directly; with one the matches are collected and sorted. */
export function findCustomers(store: CustomerStore, query: CustomerQuery): CustomerPage {
  const filtered = query.email !== '' || query.search !== '' || query.include.length > 0;
  const ids = filtered || !hasRole('customer', query) ? collected(store, query) : computed(store, query);
  const customers: CustomerRecord[] = [];
  const end = Math.min(ids.length, query.offset + query.limit);
  for (let position = query.offset; position < end; position += 1) {
    const id = ids.idAt(query.order === 'desc' ? ids.length - 1 - position : position);
    const customer = store.get(id);
    if (customer) customers.push(customer);
  }
  return { total: ids.length, customers };
}

function computed(store: CustomerStore, query: CustomerQuery) {
  const excluded = new Set(query.exclude);
  const parts: SequenceParts = {
    store,
    order: sortKey(query),
    added: store.added().filter(({ id, role }) => hasRole(role, query) && !excluded.has(id)),
    removed: [...new Set([...store.deletedGenerated(), ...query.exclude.filter((id) => store.isGenerated(id))])],
  };
  return customerSequence(parts);
}

function collected(store: CustomerStore, query: CustomerQuery) {
  const excluded = new Set(query.exclude);
  const found = candidates(store, query)
    .filter((id) => !excluded.has(id))
    .flatMap((id) => store.get(id) ?? [])
    .filter(({ role }) => hasRole(role, query));
  if (query.orderby !== 'include' || query.include.length === 0) {
    found.sort((a, b) => compareUsers(a, b, sortKey(query)));
  }
  return { length: found.length, idAt: (position: number) => found[position]?.id ?? 0 };
}

/** Ids that pass `include`, `email` and `search`; an email filter replaces a search, as in WooCommerce. */
function candidates(store: CustomerStore, query: CustomerQuery): number[] {
  const { email, search, include } = query;
  const included = new Set(include);
  if (email !== '') {
    const id = store.idOfEmail(email);
    return id !== null && (included.size === 0 || included.has(id)) ? [id] : [];
  }
  const ids = included.size > 0 ? [...included] : everyId(store);
  return search === '' ? ids : ids.filter((id) => matches(store, id, search.toLowerCase()));
}

/** WordPress looks for an `@` in emails only, for a number in user names and as an id, else in emails and user names. */
function matches(store: CustomerStore, id: number, text: string): boolean {
  const username = store.isGenerated(id) ? generatedUsername(id - FIRST_CUSTOMER_ID) : (store.get(id)?.username ?? '');
  const inEmail = store.currentEmail(id).toLowerCase().includes(text);
  if (text.includes('@')) return inEmail;
  const inUsername = username.toLowerCase().includes(text);
  if (/^\d+$/.test(text)) return inUsername || String(id) === text;
  return inUsername || inEmail;
}

function everyId(store: CustomerStore): number[] {
  const generated = Array.from({ length: store.shop.customers }, (_, index) => index + FIRST_CUSTOMER_ID);
  return [...generated, ...store.added().map(({ id }) => id)];
}

function hasRole(role: string, query: CustomerQuery): boolean {
  return query.role === 'all' || query.role === role;
}

/** Ordering by an empty `include` falls back to the login, which here is also the name. */
function sortKey({ orderby }: CustomerQuery): CustomerOrder {
  return orderby === 'include' ? 'name' : orderby;
}
