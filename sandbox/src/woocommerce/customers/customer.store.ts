import { EMPTY_ADDRESS, EMPTY_BILLING } from './customer.address.ts';
import {
  FIRST_CUSTOMER_ID,
  firstFreeMetaId,
  generateCustomer,
  generatedEmail,
  generatedUsername,
} from './customer.generator.ts';
import type { CustomerRecord, ShopSeed } from './customer.types.ts';

const ADMINISTRATOR: CustomerRecord = {
  id: 1,
  createdAt: Date.UTC(2024, 11, 31),
  modifiedAt: null,
  email: 'admin@example.test',
  first_name: '',
  last_name: '',
  role: 'administrator',
  username: 'admin',
  billing: { ...EMPTY_BILLING },
  shipping: { ...EMPTY_ADDRESS },
  is_paying_customer: false,
  meta_data: [],
};

/**
 * The shop's users. Generated users are computed on request; only what was changed, created or deleted since is kept in
 * memory. Emails and user names compare without case, as in WordPress's database.
 */
export class CustomerStore {
  readonly shop: ShopSeed;
  readonly #kept = new Map<number, CustomerRecord>([[ADMINISTRATOR.id, ADMINISTRATOR]]);
  readonly #deleted = new Set<number>();
  readonly #idByEmail = new Map<string, number>([[ADMINISTRATOR.email, ADMINISTRATOR.id]]);
  readonly #idByUsername = new Map<string, number>([[ADMINISTRATOR.username, ADMINISTRATOR.id]]);
  #nextId: number;
  #nextMetaId: number;

  constructor(shop: ShopSeed) {
    this.shop = shop;
    this.#nextId = shop.customers + FIRST_CUSTOMER_ID;
    this.#nextMetaId = firstFreeMetaId(shop);
  }

  get(id: number): CustomerRecord | null {
    if (this.#deleted.has(id)) return null;
    const kept = this.#kept.get(id);
    if (kept) return kept;
    return this.isGenerated(id) ? generateCustomer(id - FIRST_CUSTOMER_ID, this.shop) : null;
  }

  /** Stores a changed or a new customer. */
  put(record: CustomerRecord): void {
    this.#forget(record.id);
    this.#kept.set(record.id, record);
    if (record.email !== '') this.#idByEmail.set(record.email.toLowerCase(), record.id);
    this.#idByUsername.set(record.username.toLowerCase(), record.id);
  }

  delete(id: number): void {
    this.#forget(id);
    this.#deleted.add(id); // ids are never reused
  }

  nextId(): number {
    return this.#nextId++;
  }

  nextMetaId(): number {
    return this.#nextMetaId++;
  }

  /** Whether the id belongs to a generated customer, deleted or not. */
  isGenerated(id: number): boolean {
    return id >= FIRST_CUSTOMER_ID && id < FIRST_CUSTOMER_ID + this.shop.customers;
  }

  /** Whether a customer of this id exists. */
  has(id: number): boolean {
    return !this.#deleted.has(id) && (this.#kept.has(id) || this.isGenerated(id));
  }

  /** How many customers there are, without the administrator. */
  size(): number {
    return this.shop.customers - this.deletedGenerated().length + this.added().length - 1;
  }

  /** Every customer by id, without the administrator, generated one at a time. */
  *customers(): IterableIterator<CustomerRecord> {
    for (let index = 0; index < this.shop.customers; index += 1) {
      const customer = this.get(index + FIRST_CUSTOMER_ID);
      if (customer) yield customer;
    }
    yield* this.added().filter(({ id }) => id !== ADMINISTRATOR.id);
  }

  /** How many were deleted so far. */
  deletions(): number {
    return this.#deleted.size;
  }

  /** Deleted ids that were generated. */
  deletedGenerated(): number[] {
    return [...this.#deleted].filter((id) => this.isGenerated(id));
  }

  /** Users that were not generated: the administrator and the customers created since, by id. */
  added(): CustomerRecord[] {
    return [...this.#kept.values()].filter(({ id }) => !this.isGenerated(id)).sort((a, b) => a.id - b.id);
  }

  idOfEmail(email: string): number | null {
    const kept = this.#idByEmail.get(email.toLowerCase());
    if (kept !== undefined) return kept;
    return this.#untouched(/^customer(\d+)@/i, email, generatedEmail);
  }

  idOfUsername(username: string): number | null {
    const kept = this.#idByUsername.get(username.toLowerCase());
    if (kept !== undefined) return kept;
    return this.#untouched(/^customer(\d+)$/i, username, generatedUsername);
  }

  /** The email of a generated customer now, without building the rest of it: searches read every one. */
  currentEmail(id: number): string {
    return this.#kept.get(id)?.email ?? generatedEmail(id - FIRST_CUSTOMER_ID, this.shop);
  }

  #untouched(pattern: RegExp, text: string, property: (index: number, shop: ShopSeed) => string): number | null {
    const index = Number(pattern.exec(text)?.[1] ?? 0) - 1;
    const id = index + FIRST_CUSTOMER_ID;
    if (!this.isGenerated(id) || this.#deleted.has(id) || this.#kept.has(id)) return null;
    return property(index, this.shop).toLowerCase() === text.toLowerCase() ? id : null;
  }

  #forget(id: number): void {
    const before = this.#kept.get(id);
    if (!before) return;
    this.#kept.delete(id);
    this.#idByEmail.delete(before.email.toLowerCase());
    this.#idByUsername.delete(before.username.toLowerCase());
  }
}
