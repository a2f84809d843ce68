import { LRUCache } from 'lru-cache';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import { guestFromOrder, guestId } from '../mapping/customer.mapping.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import type { Raw } from '../shop/shop.client.ts';
import { inParallel, type Shop } from './shop.context.ts';

const REMEMBERED = 5000;
const PAGE = 100;
const GUEST_FIELDS = 'id,customer_id,billing,shipping';

/** Everything that tells one listing of guests' orders from another. */
export const GUEST_ORDERS = { customer: 0, status: 'any' } as const;

/**
 * Customers who ordered without an account. What is known of one is what their newest order says, so that it does not depend on
 * which of their orders a walk meets. An email that has an account is that account's, not a guest's.
 */
export class GuestDirectory {
  readonly #shop: Shop;
  /** For the life of a session; emails in lower case. */
  readonly #told = new LRUCache<string, true>({ max: REMEMBERED });

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** The guests behind some orders, each email once in a session. */
  async ofOrders(orders: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]> {
    const emails = new Set(orders.flatMap((order) => emailOf(order) ?? []).filter((email) => !this.#told.has(email)));
    const guests = await inParallel([...emails], (email) => this.find(email, signal));
    for (const email of emails) this.#told.set(email, true);
    return guests.filter((guest) => guest !== null);
  }

  /** Null: nobody ordered with this email without an account, or it has one by now. */
  async find(email: string, signal: AbortSignal): Promise<ExternalItem | null> {
    if (await this.#hasAccount(email, signal)) return null;
    const order = await this.#newestOrder(email, signal);
    return order && guestFromOrder(order);
  }

  async #hasAccount(email: string, signal: AbortSignal): Promise<boolean> {
    try {
      const params = { email, role: 'all', per_page: 1, _fields: 'id' };
      const { rows } = await this.#shop.client.list('/customers', params, signal);
      return rows.some((row) => idOf(row) !== null);
    } catch (error) {
      // The shop refuses to look for what is no email; nobody can have an account with that.
      if (error instanceof ConnectorError && error.kind === 'rejected') return false;
      throw error;
    }
  }

  /** The shop searches for parts of a text, so what it finds is compared. */
  async #newestOrder(email: string, signal: AbortSignal): Promise<Raw | null> {
    for (let offset = 0; ; offset += PAGE) {
      const params = { ...GUEST_ORDERS, search: email, orderby: 'id', order: 'desc', per_page: PAGE, offset };
      const { rows, total } = await this.#shop.client.list('/orders', { ...params, _fields: GUEST_FIELDS }, signal);
      const found = rows.find((row) => guestId(email) === guestId(emailOf(row) ?? ''));
      if (found) return found;
      if (offset + PAGE >= total) return null;
    }
  }
}

function emailOf(order: Raw): string | null {
  return textOf(recordOf(order.billing).email)?.trim().toLowerCase() || null;
}
