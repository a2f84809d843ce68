import type { Environment, Model, OdooVersion } from '../orm/model.types.ts';
import { OdooError, validationError } from '../orm/odoo.error.ts';
import { pythonRepr } from '../orm/python.format.ts';
import { boolean, field, many2many, many2one, model, one2many } from './field.builders.ts';
import { emailCandidates, normalizedEmail } from './partner.email.ts';
import { commercialOf, type PartnerChange, syncFamily } from './partner.family.ts';
import { generatedPartners } from './partner.generator.ts';
import { checkVat, mendedVat } from './partner.vat.ts';
import { fixedRows } from './reference.models.ts';

export interface PartnerParts {
  version: OdooVersion;
  seed: number;
  partners: number;
}

/** The partner that is the company: what its invoices print. */
export const COMPANY_PARTNER = 1;

/** The administrator's partner. It cannot be deleted, because its user logs in. */
export const ADMIN_PARTNER = 3;

/** Partners: companies, people and addresses alike. */
export function partnerModel({ version, seed, partners }: PartnerParts): Model {
  return model({
    name: 'res.partner',
    label: 'Contact',
    order: 'complete_name, id desc',
    chatter: { tracked: ['name', 'email', 'user_id'] },
    displayName,
    generated: generatedPartners({ seed, partners, firstId: version === 18 ? 7 : 6 }),
    rows: fixedRows(systemPartners(version)),
    fields: {
      name: field('char', 'Name', { indexed: true }),
      complete_name: field('char', 'Complete Name', { compute: displayName }),
      email: field('char', 'Email', { indexed: true }),
      email_normalized: field('char', 'Normalized Email', { compute: normalizedEmail, candidates: emailCandidates }),
      phone: field('char', 'Phone'),
      // 19 has one telephone number.
      ...(version === 18 && { mobile: field('char', 'Mobile') }),
      street: field('char', 'Street'),
      street2: field('char', 'Street2'),
      city: field('char', 'City'),
      zip: field('char', 'Zip'),
      country_id: many2one('res.country', 'Country', { onDelete: 'restrict' }),
      state_id: many2one('res.country.state', 'State', { onDelete: 'restrict' }),
      vat: field('char', 'Tax ID', { indexed: true }),
      ref: field('char', 'Reference', { indexed: true }),
      comment: field('html', 'Notes'),
      website: field('char', 'Website Link'),
      lang: field('char', 'Language', { initial: () => 'en_US' }),
      company_name: field('char', 'Company Name'),
      is_company: boolean('Is a Company', false),
      parent_id: many2one('res.partner', 'Related Company', { indexed: true }),
      child_ids: one2many('res.partner', 'parent_id', 'Contact'),
      commercial_partner_id: {
        ...field('many2one', 'Commercial Entity', { compute: (env, id) => commercialOf(env, id) }),
        relation: 'res.partner',
      },
      company_id: many2one('res.company', 'Company'),
      user_id: many2one('res.users', 'Salesperson'),
      // Archived users are found by a search and never shown (recording 870).
      user_ids: { ...one2many('res.users', 'partner_id', 'Users'), activeOnly: true },
      ref_company_ids: one2many('res.company', 'partner_id', 'Companies that refers to partner'),
      type: field('selection', 'Address Type', {
        selection: [
          ['contact', 'Contact'],
          ['invoice', 'Invoice Address'],
          ['delivery', 'Delivery Address'],
          ['other', 'Other Address'],
        ],
        initial: () => 'contact',
      }),
      active: boolean('Active', true),
      customer_rank: field('integer', 'Customer Rank', { initial: () => 0 }),
      category_id: many2many('res.partner.category', 'Tags'),
      color: field('integer', 'Color Index', { initial: () => 0 }),
    },
    prepare: (_env, vals) => mended(vals),
    prepareWrite: (_env, _before, vals) => mended(vals),
    saved(env, id, before, vals) {
      const table = env.db.table('res.partner');
      if (table.value(id, 'type') === 'contact' && table.value(id, 'name') === null) {
        throw validationError('The operation cannot be completed: Contacts require a name');
      }
      const seen = new Set<unknown>();
      for (let at = table.value(id, 'parent_id'); typeof at === 'number'; at = table.value(at, 'parent_id')) {
        if (at === id) throw validationError('You cannot create recursive Partner hierarchies.');
        if (seen.has(at)) break;
        seen.add(at);
      }
      if (vals.vat || vals.country_id) checkVat(env, id);
      if (before?.active === true && table.value(id, 'active') !== true) refuseForUsers(env, [id], 'archive');
      syncFamily(env, { id, before, vals } satisfies PartnerChange);
    },
    // Partners of archived users are refused by the database: res.users needs them.
    deleting: (env, ids) => refuseForUsers(env, ids, 'delete'),
  });
}

/** As Odoo stores a VAT number and an address of the web. */
function mended(vals: Record<string, unknown>): Record<string, unknown> {
  const { vat, website } = vals;
  const isBare = typeof website === 'string' && website !== '' && !/^\w+:\/\//.test(website);
  return {
    ...vals,
    ...(typeof vat === 'string' && { vat: mendedVat(vat) }),
    ...(isBare && { website: `http://${website}` }),
  };
}

function refuseForUsers(env: Environment, ids: readonly number[], verb: 'archive' | 'delete'): void {
  const users = env.db.table('res.users');
  const linked = users
    .keptSortedBy('id')
    .filter((id) => users.value(id, 'active') === true && ids.includes(Number(users.value(id, 'partner_id'))));
  if (linked.length === 0) return;
  const names = linked.map((id) => String(env.db.read(env, 'res.users', id, 'name')));
  throw linkedToUsers(env.version, verb, names, linked[0] ?? 0);
}

const ADDRESS_NAMES: Readonly<Record<OdooVersion, Readonly<Record<string, string>>>> = {
  18: { invoice: 'Invoice Address', delivery: 'Delivery Address', other: 'Other Address' },
  19: { invoice: 'Invoice', delivery: 'Delivery', other: 'Other' },
};

function displayName(env: Environment, id: number): string {
  const table = env.db.table('res.partner');
  const [name, parent, type] = [table.value(id, 'name'), table.value(id, 'parent_id'), table.value(id, 'type')];
  if (typeof parent === 'number') {
    const own = name ?? ADDRESS_NAMES[env.version][String(type)];
    return `${String(table.value(parent, 'name') ?? '')}, ${String(own ?? '')}`;
  }
  return String(name ?? '');
}

function systemPartners(version: OdooVersion) {
  const partner = { type: 'contact', is_company: false, customer_rank: 0, color: 0, lang: 'en_US' };
  return [
    {
      ...partner,
      id: COMPANY_PARTNER,
      name: 'My Company (San Francisco)',
      email: 'info@yourcompany.example.com',
      is_company: true,
      active: true,
    },
    { ...partner, id: 2, name: 'OdooBot', email: 'odoobot@example.com', active: true },
    { ...partner, id: 3, name: 'Administrator', email: 'admin@yourcompany.example.com', active: true },
    { ...partner, id: 4, name: 'Public user', active: false },
    { ...partner, id: 5, name: version === 18 ? 'Portal User Template' : 'Limited', active: version === 19 },
    ...(version === 18 ? [{ ...partner, id: 6, name: 'Limited', active: true }] : []),
  ];
}

/** Odoo's message suggests what to do instead (recordings 65, 90 and 863). */
function linkedToUsers(
  version: OdooVersion,
  verb: 'archive' | 'delete',
  names: readonly string[],
  userId: number,
): OdooError {
  const instead =
    verb === 'delete'
      ? 'You should rather archive them after archiving their associated user.'
      : 'You first need to archive their associated user.';
  const explanation = `You cannot ${verb} contacts linked to an active user.\n${instead}\n\nLinked active users : ${names.join(', ')}`;
  const action = {
    type: 'ir.actions.act_window',
    res_model: 'res.users',
    context: { create: false },
    view_mode: 'form',
    views: [[version === 18 ? 163 : 167, 'form']],
    res_id: userId,
  };
  const args = [explanation, action, 'Go to users', null];
  const message = args.map((part) => (typeof part === 'string' ? part : pythonRepr(part))).join('\n');
  return new OdooError('odoo.exceptions.RedirectWarning', message, 500, args);
}
