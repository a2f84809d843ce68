import type {
  CanonicalCustomer,
  CanonicalOrder,
  CanonicalProduct,
  EntityType,
} from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { ForeseenRefusal, ItemProblem, WriteOperation } from '../../contract/connector.types.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { findEmails } from '../match/customer.matcher.ts';
import { findSkus } from '../match/sku.lookup.ts';
import { rowsByIds } from '../read/rows-by-id.lookup.ts';
import { numericIds, type Shop } from '../read/shop.context.ts';
import { shopIdOf } from './operation.results.ts';

/** What the shop is known to refuse by rules of its own, under its own codes; null where it may take the operation. */
export async function knownRefusals(
  shop: Shop,
  entity: EntityType,
  operations: readonly WriteOperation[],
  signal: AbortSignal,
): Promise<(ForeseenRefusal | null)[]> {
  if (entity === 'customer') return emailRefusals(shop, operations, signal);
  if (entity === 'order') return accountRefusals(shop, operations, signal);
  const skus = operations.flatMap((operation) => skuOf(operation) ?? []);
  if (skus.length === 0) return operations.map(() => null);
  const holders = await findSkus(shop, skus, signal);
  return operations.map((operation) => {
    const holder = holders.get(skuOf(operation) ?? '');
    const isOwn = holder && holder.variation_id === 0 && holder.product_id === shopIdOf(operation);
    if (!holder || isOwn) return null;
    // A variation changes with its product.
    return holder.variation_id === 0 ? { ...TAKEN_SKU, holder: holderOf('sku', holder.product_id) } : TAKEN_SKU;
  });
}

/** The SKU that the operation gives to its product. */
function skuOf(operation: WriteOperation): string | null {
  if (operation.kind === 'delete') return null;
  const isWritten = operation.kind === 'create' || operation.changes.includes('sku');
  return (isWritten && (operation.data as CanonicalProduct).sku) || null;
}

async function emailRefusals(
  shop: Shop,
  operations: readonly WriteOperation[],
  signal: AbortSignal,
): Promise<(ForeseenRefusal | null)[]> {
  const given = operations.map(emailOf);
  // A create whose email somebody has is no create: the entry was found by it.
  const asked = given.flatMap((email, i) => (email && operations[i]?.kind === 'update' ? [email.toLowerCase()] : []));
  const holders = await findEmails(shop, [...new Set(asked)], signal);
  return operations.map((operation, i) => {
    const email = given[i];
    if (operation.kind === 'create' && !email) return MISSING_EMAIL;
    if (!email) return null;
    if (isNoEmail(email)) return INVALID_EMAIL;
    const holder = holders.get(email.toLowerCase());
    if (operation.kind !== 'update' || !holder) return null;
    // The shop looks for the email in any capitals, so it refuses a customer's own in others.
    if (holder.id === shopIdOf(operation)) return holder.email === email ? null : EMAIL_OF_ANOTHER;
    return { ...EMAIL_OF_ANOTHER, holder: holderOf('email', holder.id) };
  });
}

/** An account that an order is given to may have been deleted since it was synced. */
async function accountRefusals(
  shop: Shop,
  operations: readonly WriteOperation[],
  signal: AbortSignal,
): Promise<(ForeseenRefusal | null)[]> {
  const given = operations.map(accountOf);
  const ids = [...new Set(given.flatMap((id) => id ?? []))];
  const where = { path: '/customers', listed: { role: 'all' }, format: { _fields: 'id' } };
  const { rows, hidden } = await rowsByIds(shop, where, ids, signal);
  const there = new Set([...rows.map((row) => String(idOf(row))), ...hidden.map(({ external_id }) => external_id)]);
  return given.map((id) => (id === null || there.has(id) ? null : INVALID_CUSTOMER));
}

/** The account that the operation gives its order to. */
function accountOf(operation: WriteOperation): string | null {
  if (operation.kind === 'delete' || (operation.kind === 'update' && !changes(operation.changes, 'customer')))
    return null;
  const id = (operation.data as CanonicalOrder).customer?.external_id;
  return id && numericIds([id])[0] ? id : null;
}

const holderOf = (field: 'email' | 'sku', id: number) => ({ external_id: String(id), field });

/** The email that the operation gives to its customer. */
function emailOf(operation: WriteOperation): string | null {
  if (operation.kind === 'delete') return null;
  const isWritten = operation.kind === 'create' || operation.changes.includes('email');
  return (isWritten && (operation.data as CanonicalCustomer).email) || null;
}

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+$/i;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
const ASCII = /^[\x20-\x7e]*$/;

/** Whether every WordPress refuses it: its is_email(). Letters of other scripts are taken by some. */
function isNoEmail(text: string): boolean {
  if (!ASCII.test(text)) return false;
  const [local = '', domain = '', ...more] = text.split('@');
  const labels = domain.split('.');
  const isEmail = text.length >= 6 && more.length === 0 && LOCAL.test(local) && labels.length >= 2;
  return !isEmail || !labels.every((label) => LABEL.test(label));
}

const INVALID_CUSTOMER: ItemProblem = { error_class: 'invalid_customer_id', message: 'Customer ID is invalid.' };
const MISSING_EMAIL: ItemProblem = {
  error_class: 'registration_error_invalid_email',
  message: 'Please provide a valid email address.',
};
const INVALID_EMAIL: ItemProblem = { error_class: 'customer_invalid_email', message: 'Invalid email address' };
const EMAIL_OF_ANOTHER: ItemProblem = { error_class: 'customer_invalid_email', message: 'Email address is invalid.' };
const TAKEN_SKU: ItemProblem = { error_class: 'product_invalid_sku', message: 'Invalid or duplicated SKU.' };
