import type { ChangeEvent } from '../store/change.feed.ts';
import { isEmail } from '../wordpress/text.formatting.ts';
import { EMPTY_ADDRESS, EMPTY_BILLING } from './customer.address.ts';
import {
  alreadyExists,
  emailOfAnother,
  emailTaken,
  invalidEmail,
  missingEmail,
  noTrash,
  unknownCustomer,
  unknownCustomerOf79,
  usernameFixed,
  usernameTaken,
} from './customer.errors.ts';
import { type CustomerInput, mergeInput } from './customer.input.ts';
import type { CustomerStore } from './customer.store.ts';
import type { CustomerRecord } from './customer.types.ts';

/** Operations on single customers. Every failure is the RestError that WooCommerce would return. */
export class CustomerService {
  readonly #store: CustomerStore;
  readonly #now: () => number;
  readonly #onChange: (event: ChangeEvent, customer: CustomerRecord) => void;
  /** WooCommerce 7.9. */
  readonly legacy: boolean;

  /** `now` in milliseconds since 1970; `onChange` is called after every write. */
  constructor(
    store: CustomerStore,
    now: () => number,
    onChange: (event: ChangeEvent, customer: CustomerRecord) => void,
    legacy = false,
  ) {
    this.#store = store;
    this.#now = now;
    this.#onChange = onChange;
    this.legacy = legacy;
  }

  find(id: unknown, action: 'view' | 'edit' | 'delete' = 'view'): CustomerRecord {
    const customer = this.#store.get(Number(id));
    if (!customer) throw this.legacy ? unknownCustomerOf79(action) : unknownCustomer();
    return customer;
  }

  /** Its first completed order makes an account a paying one (recordings 911, 960). */
  becomePaying(id: number): void {
    const customer = this.#store.get(id);
    if (!customer || customer.is_paying_customer) return;
    this.#save({ ...customer, is_paying_customer: true, modifiedAt: this.#seconds() }, 'updated');
  }

  /** Tells a change that no field shows, such as what it has spent. */
  tell(id: number): void {
    const customer = this.#store.get(id);
    if (customer) this.#onChange('updated', customer);
  }

  create(input: CustomerInput): CustomerRecord {
    if (input.id) throw alreadyExists();
    const email = String(input.email ?? '');
    if (email !== '' && !isEmail(email)) throw invalidEmail();
    if (email === '') throw missingEmail();
    if (this.#store.idOfEmail(email) !== null) throw emailTaken(email, this.legacy);
    const username = this.#chooseUsername(String(input.username ?? ''), email);
    const now = this.#seconds();
    const blank: CustomerRecord = {
      id: this.#store.nextId(),
      createdAt: now,
      modifiedAt: now,
      email,
      first_name: '',
      last_name: '',
      role: 'customer',
      username,
      billing: { ...EMPTY_BILLING },
      shipping: { ...EMPTY_ADDRESS },
      is_paying_customer: false,
      meta_data: [],
    };
    return this.#save(
      mergeInput(blank, input, () => this.#store.nextMetaId()),
      'created',
    );
  }

  update(input: CustomerInput): CustomerRecord {
    const before = this.find(input.id, 'edit');
    const email = input.email === undefined ? before.email : String(input.email);
    const owner = email === before.email || email === '' ? null : this.#store.idOfEmail(email);
    // WooCommerce refuses even the customer's own address in other capitals: it compares case-sensitively, the database does not.
    if (owner !== null) throw emailOfAnother();
    if (input.username && input.username !== before.username) throw usernameFixed();
    // A customer who already has an invalid email can still be renamed.
    if (email !== before.email && email !== '' && !isEmail(email)) throw invalidEmail();
    const after = mergeInput({ ...before, email }, input, () => this.#store.nextMetaId());
    return this.#save({ ...after, modifiedAt: this.#seconds() }, 'updated'); // even when nothing changed, as WordPress does
  }

  /** As an administrator does on the page of the user; the API has no way to. */
  setRole(id: number, role: string): CustomerRecord {
    return this.#save({ ...this.find(id), role, modifiedAt: this.#seconds() }, 'updated');
  }

  /** Deletes the customer permanently and returns it as it was. */
  delete(id: unknown, force: boolean): CustomerRecord {
    if (!force) throw noTrash();
    const customer = this.find(id, 'delete');
    this.#store.delete(customer.id);
    this.#onChange('deleted', customer);
    return customer;
  }

  #save(record: CustomerRecord, event: ChangeEvent): CustomerRecord {
    this.#store.put(record);
    this.#onChange(event, record);
    return record;
  }

  #chooseUsername(wanted: string, email: string): string {
    if (wanted !== '' && this.#store.idOfUsername(wanted) !== null) throw usernameTaken();
    if (wanted !== '') return wanted;
    const base = email.slice(0, email.indexOf('@')).toLowerCase();
    let username = base;
    // WooCommerce appends four random digits; counting keeps a run of the sandbox repeatable.
    for (let n = 1; this.#store.idOfUsername(username) !== null; n += 1)
      username = `${base}-${String(n).padStart(4, '0')}`;
    return username;
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000) * 1000;
  }
}
