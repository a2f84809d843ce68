import type { CanonicalCustomer, EntityType } from '../../canonical/canonical.types.ts';
import type { ItemProblem, WriteOperation } from '../../contract/connector.types.ts';

/** What the shop is known to refuse by a rule of its own, under its own code; null where it may take the operation. */
export function knownRefusal(entity: EntityType, operation: WriteOperation): ItemProblem | null {
  if (entity !== 'customer' || operation.kind === 'delete') return null;
  const email = (operation.data as CanonicalCustomer).email ?? '';
  if (operation.kind === 'create' && email === '') return MISSING_EMAIL;
  const isWritten = operation.kind === 'create' || operation.changes.includes('email');
  return isWritten && email !== '' && isNoEmail(email) ? INVALID_EMAIL : null;
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

const MISSING_EMAIL: ItemProblem = {
  error_class: 'registration_error_invalid_email',
  message: 'Please provide a valid email address.',
};
const INVALID_EMAIL: ItemProblem = { error_class: 'customer_invalid_email', message: 'Invalid email address' };
