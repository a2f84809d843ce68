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

/** What rights are for: `load` creates and writes. */
export type Operation = 'read' | 'create' | 'write' | 'unlink';

const VERBS: Readonly<Record<Operation, string>> = {
  read: 'access',
  create: 'create',
  write: 'modify',
  unlink: 'delete',
};

/** The groups of recordings 350 and 351, of which 19 has one that a sales administrator is not in. */
const PRODUCT_CREATORS = {
  18: ['Invoicing/Administrator', 'Extra Rights/Product Creation', 'Inventory/Administrator', 'Sales/Administrator'],
  19: ['Products/Create'],
} as const;

const operationOf = (method: string, writes: boolean): Operation => {
  if (method === 'create' || method === 'load') return 'create';
  if (method === 'unlink') return 'unlink';
  return writes ? 'write' : 'read';
};

/**
 * Whether the caller has the right: the limited user has those that recordings 32 and 33 show, all others any but those that
 * `admin.deny` took from them.
 */
export function hasAccess(env: Environment, model: string, operation: Operation): boolean {
  if (env.db.denied.get(model)?.has(operation)) return false;
  if (env.uid !== limitedUid(env.version)) return true;
  return OPEN_TO_ALL.includes(model) && (operation === 'read' || model === 'res.partner');
}

/** Refuses a call of what the caller has no right to. */
export function checkAccess(env: Environment, model: string, method: string, writes: boolean): void {
  if (ASKS_FOR_RIGHTS.has(method)) return;
  const operation = operationOf(method, writes);
  if (hasAccess(env, model, operation)) return;
  throw accessError(
    `You are not allowed to ${VERBS[operation]} '${env.db.model(model).label}' (${model}) records.\n\n` +
      `This operation is allowed for the following groups:\n${groupsOf(env, model, operation)
        .map((group) => `\t- ${group}`)
        .join('\n')}\n\n` +
      'Contact your administrator to request access if necessary.',
  );
}

const ASKS_FOR_RIGHTS: ReadonlySet<string> = new Set(['has_access', 'check_access_rights']);

function groupsOf({ version }: Environment, model: string, operation: Operation): readonly string[] {
  if (model.startsWith('sale.')) return ORDER_GROUPS[version];
  if (model.startsWith('product.') && operation === 'create') return PRODUCT_CREATORS[version];
  return [version === 18 ? 'Administration/Settings' : 'Role / Administrator'];
}
