import type { Environment, Model, OdooVersion } from '../orm/model.types.ts';
import { missingError, userError } from '../orm/odoo.error.ts';
import { postMessage } from '../orm/record.chatter.ts';
import type { GeneratedRows, Stored } from '../orm/record.types.ts';
import { writeRecords } from '../orm/record.writer.ts';
import { idsWhere } from '../orm/relation.ids.ts';
import { MAIN_COMPANY } from './company.model.ts';
import { boolean, field, many2one, model, one2many } from './field.builders.ts';
import { orderAmounts } from './sale.amounts.ts';
import { checkCompanies } from './sale.companies.ts';

const STATES = [
  ['draft', 'Quotation'],
  ['sent', 'Quotation Sent'],
  ['sale', 'Sales Order'],
  ['cancel', 'Cancelled'],
] as const;

/** Quotations and sales orders. */
export function saleOrderModel(version: OdooVersion, generated: GeneratedRows | undefined): Model {
  const table = 'sale.order';
  return model({
    name: table,
    label: 'Sales Order',
    order: 'date_order desc, id desc',
    generated,
    chatter: { tracked: ['state', 'user_id', 'partner_id'] },
    fields: {
      name: field('char', 'Order Reference', { required: true, indexed: true }),
      client_order_ref: field('char', 'Customer Reference', { indexed: true }),
      partner_id: many2one('res.partner', 'Customer', { required: true }),
      partner_invoice_id: many2one('res.partner', 'Invoice Address', { required: true }),
      partner_shipping_id: many2one('res.partner', 'Delivery Address', { required: true }),
      date_order: field('datetime', 'Order Date', {
        required: true,
        initial: (env) => Math.floor(env.now / 1e6) * 1e6,
      }),
      commitment_date: field('datetime', 'Delivery Date'),
      state: field('selection', 'Status', { selection: STATES, initial: () => 'draft' }),
      locked: boolean('Locked', false),
      order_line: one2many('sale.order.line', 'order_id', 'Order Lines'),
      currency_id: many2one('res.currency', 'Currency', { required: true, initial: () => 1 }),
      amount_untaxed: field('monetary', 'Untaxed Amount', {
        compute: (env, id) => orderAmounts(env, id).untaxed.toNumber(),
      }),
      amount_tax: field('monetary', 'Taxes', { compute: (env, id) => orderAmounts(env, id).tax.toNumber() }),
      amount_total: field('monetary', 'Total', {
        compute: (env, id) => orderAmounts(env, id).untaxed.plus(orderAmounts(env, id).tax).toNumber(),
      }),
      pricelist_id: many2one('product.pricelist', 'Pricelist'),
      company_id: many2one('res.company', 'Company', { required: true, initial: () => MAIN_COMPANY }),
      user_id: many2one('res.users', 'Salesperson'),
      invoice_status: field('selection', 'Invoice Status', {
        selection: [
          ['upselling', 'Upselling Opportunity'],
          ['invoiced', 'Fully Invoiced'],
          ['to invoice', 'To Invoice'],
          ['no', 'Nothing to Invoice'],
        ],
        compute: (env, id) => (env.db.table(table).value(id, 'state') === 'sale' ? 'to invoice' : 'no'),
      }),
      note: field('html', 'Terms and conditions'),
      origin: field('char', 'Source Document', { indexed: true }),
    },
    prepare(env, vals) {
      const partner = Number(vals.partner_id);
      if (vals.partner_id && !env.db.table('res.partner').has(partner))
        throw missingError('res.partner', partner, env.uid);
      const company_id = vals.company_id ?? companyOf(env);
      const pricelist_id = vals.pricelist_id ?? pricelistOf(env, Number(company_id));
      return {
        ...vals,
        company_id,
        pricelist_id,
        // A currency that is sent along is ignored (recordings 165 to 168).
        currency_id: currencyOf(env, { company_id, pricelist_id }),
        // Unless it is sent, even as false: the customer's, or who calls (recordings 403 and 404).
        user_id: vals.user_id ?? env.db.table('res.partner').value(partner, 'user_id') ?? env.uid,
        name: vals.name && vals.name !== 'New' ? vals.name : nextName(env),
        partner_invoice_id: vals.partner_invoice_id || addressOf(env, partner, 'invoice'),
        partner_shipping_id: vals.partner_shipping_id || addressOf(env, partner, 'delivery'),
      };
    },
    prepareWrite(_env, before, vals) {
      if (vals.pricelist_id !== undefined && before.state === 'sale') {
        throw userError('You cannot change the pricelist of a confirmed order !');
      }
      return vals;
    },
    saved(env, id, _before, vals) {
      const names = ['partner_id', 'partner_invoice_id', 'partner_shipping_id', 'company_id'];
      if (names.some((name) => name in vals)) checkCompanies(env, id);
    },
    deleting(env, ids) {
      const states = ids.map((id) => env.db.table(table).value(id, 'state'));
      if (states.every((state) => state === 'draft' || state === 'cancel')) return;
      throw userError('You can not delete a sent quotation or a confirmed sales order. You must first cancel it.');
    },
    methods: {
      action_confirm(env, ids) {
        const wrong = ids.filter((id) => !['draft', 'sent'].includes(String(env.db.table(table).value(id, 'state'))));
        if (wrong.length > 0) throw userError('Some orders are not in a state requiring confirmation.');
        const confirmed = { state: 'sale', date_order: Math.floor(env.now / 1e6) * 1e6 };
        for (const id of ids) {
          env.db.patch(env, table, id, confirmed);
          for (const line of idsWhere(env, 'sale.order.line', 'order_id', id))
            env.db.patch(env, 'sale.order.line', line, {});
          postMessage(env, table, id);
        }
        return true;
      },
      action_cancel(env, ids) {
        if (ids.some((id) => env.db.table(table).value(id, 'locked') === true)) {
          throw userError('You cannot cancel a locked order. Please unlock it first.');
        }
        const drafts = ids.every((id) => env.db.table(table).value(id, 'state') === 'draft');
        // 18 asks for confirmation and cancels nothing, unless the context disables it.
        if (version === 18 && !drafts && !env.context.disable_cancel_warning) return cancelWizard(ids);
        for (const id of ids) if (env.db.table(table).value(id, 'state') === 'sale') postMessage(env, table, id);
        writeRecords(env, table, ids, { state: 'cancel' });
        return true;
      },
      action_draft(env, ids) {
        const free = ids.filter((id) => ['cancel', 'sent'].includes(String(env.db.table(table).value(id, 'state'))));
        writeRecords(env, table, free, { state: 'draft' });
        return true;
      },
      action_lock: (env, ids) => locked(env, ids, true),
      action_unlock: (env, ids) => locked(env, ids, false),
    },
  });
}

/** The pricelist's currency, without one the company's. */
function currencyOf(env: Environment, { pricelist_id, company_id }: Record<string, unknown>): Stored {
  const pricelist = env.db.table('product.pricelist');
  if (typeof pricelist_id === 'number' && pricelist.has(pricelist_id)) {
    return pricelist.value(pricelist_id, 'currency_id');
  }
  return env.db.table('res.company').value(Number(company_id ?? MAIN_COMPANY), 'currency_id');
}

function locked(env: Environment, ids: readonly number[], locked: boolean): null {
  writeRecords(env, 'sale.order', ids, { locked });
  return null;
}

/** The first company that the context allows, otherwise the user's. */
function companyOf(env: Environment): Stored {
  const [allowed] = Array.isArray(env.context.allowed_company_ids) ? env.context.allowed_company_ids : [];
  return typeof allowed === 'number' ? allowed : env.db.table('res.users').value(env.uid, 'company_id');
}

/** The first pricelist in the company's currency; `false` in a create means none. */
function pricelistOf(env: Environment, company: number): Stored {
  const table = env.db.table('product.pricelist');
  const currency = env.db.table('res.company').value(company, 'currency_id');
  const own = (id: number) => table.value(id, 'currency_id') === currency && table.value(id, 'active') === true;
  return table.keptSortedBy('id').find(own) ?? null;
}

/** S00001, S00002… after the generated ones. */
function nextName(env: Environment): string {
  const number = env.db.nextNumber('sale.order', env.db.table('sale.order').generated.count + 1);
  return `S${String(number).padStart(5, '0')}`;
}

/** The partner's first address of that type, else the partner. */
function addressOf(env: Environment, partner: number, type: string): number | null {
  if (!env.db.table('res.partner').has(partner)) return null;
  const children = idsWhere(env, 'res.partner', 'parent_id', partner);
  const found = children.find(
    (id) => env.db.table('res.partner').value(id, 'type') === type && env.db.table('res.partner').value(id, 'active'),
  );
  return found ?? partner;
}

function cancelWizard(ids: readonly number[]) {
  return {
    name: 'Cancel Quotation',
    view_mode: 'form',
    res_model: 'sale.order.cancel',
    view_id: 1142,
    type: 'ir.actions.act_window',
    context: { default_order_id: ids[0], mark_so_as_canceled: true },
    target: 'new',
  };
}
