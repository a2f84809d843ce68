import type { CanonicalOrder } from '../../canonical/canonical.types.ts';
import { toId } from '../client/odoo.values.ts';

/** The partner of an order; null when none is bound to its customer. An email alone names nobody: it may be a company's or a user's. */
export const customerOf = ({ customer }: CanonicalOrder): number | null => toId(customer?.external_id);
