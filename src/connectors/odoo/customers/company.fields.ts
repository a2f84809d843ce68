import type { ItemProblem } from '../../contract/connector.types.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf } from '../client/odoo.values.ts';

const ADDRESS = ['street', 'street2', 'city', 'zip', 'state_id', 'country_id'];

/** What remains of the values of a partner, and what is told of those that were left out. */
export interface OwnValues {
  readonly values: Values;
  readonly told?: ItemProblem;
}

/**
 * Leaves out of a write what a partner takes from the one above it: from 19 on, Odoo writes the address of a contact and the VAT number of
 * any person below a company up to the company, and down again to all its people. One call for all.
 */
export async function withoutCompanyFields(
  client: OdooClient,
  writes: readonly { readonly id: number | null; readonly values: Values }[],
  signal: AbortSignal,
): Promise<(index: number) => OwnValues> {
  const mayShare = writes.filter(({ values }) => [...ADDRESS, 'vat'].some((name) => name in values));
  const ids = mayShare.flatMap(({ id }) => id ?? []);
  const shares = ids.length > 0 && (await client.version(signal)).major >= 19;
  const search = { domain: [['id', 'in', ids]], fields: ['parent_id', 'type', 'is_company'] };
  const rows = shares ? await client.searchRead('res.partner', search, signal) : [];
  const byId = new Map(rows.map((row) => [Number(row.id), row]));
  return (index) => {
    const { id = null, values = {} } = writes[index] ?? {};
    const row = byId.get(id ?? 0);
    const left = row ? sharedBy(row).filter((name) => name in values) : [];
    if (!row || left.length === 0) return { values };
    const own = Object.fromEntries(Object.entries(values).filter(([name]) => !left.includes(name)));
    return { values: own, told: toldOf(row, left) };
  };
}

function sharedBy(row: Row): string[] {
  if (idOf(row.parent_id) === null) return [];
  return [...(row.type === 'contact' ? ADDRESS : []), ...(row.is_company === true ? [] : ['vat'])];
}

function toldOf(row: Row, left: readonly string[]): ItemProblem {
  const what = [
    ...(left.some((name) => ADDRESS.includes(name)) ? ['address'] : []),
    ...(left.includes('vat') ? ['VAT number'] : []),
  ].join(' and ');
  const message = `The ${what} was not written: it is that of partner ${idOf(row.parent_id)}, which this partner is a contact of, and Odoo would change it for all its contacts.`;
  return { error_class: 'shared_with_company', message };
}
