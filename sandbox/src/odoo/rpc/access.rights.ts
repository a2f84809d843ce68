import { limitedUid } from '../models/user.model.ts';
import type { Environment } from '../orm/model.types.ts';
import { accessError } from '../orm/odoo.error.ts';

const ORDER_GROUPS = {
  18: [
    'Inventory/User',
    'Invoicing/Invoicing',
    'Sales/Administrator',
    'Sales/User: Own Documents Only',
    'Technical/Show Accounting Features - Readonly',
    'Technical/Show Full Accounting Features',
    'User types/Portal',
  ],
  19: [
    'Accounting/Invoicing',
    'Inventory/User',
    'Sales/Administrator',
    'Sales/User: Own Documents Only',
    'Role / Portal',
    'Show Accounting Features - Readonly',
    'Show Full Accounting Features',
  ],
} as const;

const OPEN_TO_ALL = [
  'res.partner',
  'res.country',
  'res.country.state',
  'res.currency',
  'res.users',
  'res.company',
  'res.lang',
  'res.partner.category',
];

/** Refuses to the limited user what recordings 32 and 33 show. All others may do anything. */
export function checkAccess(env: Environment, model: string, writes: boolean): void {
  if (env.uid !== limitedUid(env.version)) return;
  if (OPEN_TO_ALL.includes(model) && (!writes || model === 'res.partner')) return;
  const orders = model.startsWith('sale.');
  const groups = orders
    ? ORDER_GROUPS[env.version]
    : [env.version === 18 ? 'Administration/Settings' : 'Role / Administrator'];
  throw accessError(
    `You are not allowed to ${writes ? 'modify' : 'access'} '${env.db.model(model).label}' (${model}) records.\n\n` +
      `This operation is allowed for the following groups:\n${groups.map((group) => `\t- ${group}`).join('\n')}\n\n` +
      'Contact your administrator to request access if necessary.',
  );
}
