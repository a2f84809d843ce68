import { LRUCache } from 'lru-cache';
import { problemOfId } from '../../border/storable.value.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import { guestFromOrder, guestId } from '../mapping/customer.mapping.ts';
import { isPlaced } from '../mapping/order-status.mapping.ts';
import { recordOf } from '../mapping/raw.reader.ts';
import { textOf } from '../mapping/shop.values.ts';
import { RowsNotShown, readListing } from '../pagination/listing.reader.ts';
import type { Raw } from '../shop/shop.client.ts';
import { accountsOf } from './account.search.ts';
import { inParallel, type Shop } from './shop.context.ts';

const MAX_REMEMBERED = 5000;
const GUEST_FIELDS = 'id,status,customer_id,billing,shipping';

/** The filter for orders without an account. */
export const GUEST_ORDERS = { customer: 0, status: 'any' } as const;

/**
 * Finds customers who ordered without an account. Their data comes from their newest order, so that it does not depend on which of
 * their orders was read. An email with an account belongs to the account, not to a guest.
 */
export class GuestLookup {
  readonly #shop: Shop;
  /** Emails in lower case that this session has looked up. */
  readonly #seen = new LRUCache<string, true>({ max: MAX_REMEMBERED });

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** Returns the guests who placed the orders, each email once a session. */
  async ofOrders(orders: readonly Raw[], signal: AbortSignal): Promise<ExternalItem[]> {
    // A text that no account and no other order can have is not searched for: the item fails with it.
    const isBroken = (order: Raw) => problemOfId(guestId(emailOf(order) ?? '')) !== null;
    const broken = orders
      .filter((order) => isPlaced(order) && isBroken(order))
      .flatMap((order) => guestFromOrder(order) ?? []);
    const sound = orders.filter((order) => isPlaced(order) && !isBroken(order));
    const emails = new Set(sound.flatMap((order) => emailOf(order) ?? []).filter((email) => !this.#seen.has(email)));
    const guests = await inParallel([...emails], (email) => this.find(email, signal));
    for (const email of emails) this.#seen.set(email, true);
    return [...broken, ...guests.filter((guest) => guest !== null)];
  }

  /**
   * Null when no order without an account has this email, or when the email has an account by now. An item with a problem when the shop
   * counts an account or orders of this email and does not show them.
   */
  async find(email: string, signal: AbortSignal): Promise<ExternalItem | null> {
    try {
      const accounts = await accountsOf(this.#shop.client, email, 'id,email', signal);
      if (accounts.length > 0) return null;
      const order = await this.#newestOrder(email, signal);
      return order && guestFromOrder(order);
    } catch (error) {
      if (!(error instanceof RowsNotShown)) throw error;
      return { external_id: guestId(email), data: null, problem: error.problem };
    }
  }

  /** The shop also finds orders that contain the text elsewhere, so this compares their email. */
  async #newestOrder(email: string, signal: AbortSignal): Promise<Raw | null> {
    const params = { ...GUEST_ORDERS, search: email, _fields: GUEST_FIELDS };
    let found: Raw | null = null;
    const visit = (rows: readonly Raw[]) => {
      found ??= rows.find((row) => isPlaced(row) && guestId(email) === guestId(emailOf(row) ?? '')) ?? null;
      return found !== null;
    };
    await readListing(this.#shop.client, { path: '/orders', params, newestFirst: true }, visit, signal);
    return found;
  }
}

export function emailOf(order: Raw): string | null {
  return textOf(recordOf(order.billing).email)?.trim().toLowerCase() || null;
}
