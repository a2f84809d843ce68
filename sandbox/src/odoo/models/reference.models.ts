import type { Model, OdooVersion } from '../orm/model.types.ts';
import { userError } from '../orm/odoo.error.ts';
import type { Row } from '../orm/record.types.ts';
import { COUNTRY_CODES, STATES } from './country.codes.ts';
import { boolean, field, many2one, model } from './field.builders.ts';

/** When the database was created: the dates of its initial records, microseconds. */
export const INSTALLED_AT = Date.UTC(2025, 0, 1) * 1000;

const STAMPS = { create_date: INSTALLED_AT, write_date: INSTALLED_AT, create_uid: 2, write_uid: 2 };

export function fixedRows(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...STAMPS, ...row }));
}

const english = new Intl.DisplayNames(['en'], { type: 'region' });
const NAMES: Readonly<Record<string, string>> = { TP: 'East Timor', XK: 'Kosovo' };

/** Ids by code. France is 75, the United Kingdom 231 and the United States 233 (recording 10). */
const COUNTRY_IDS = new Map(COUNTRY_CODES.map((code, i) => [code, i + 1]));

export const COUNTRY_US = 233;

export function countryId(code: string): number | null {
  return COUNTRY_IDS.get(code) ?? null;
}

const STATE_ROWS = Object.entries(STATES).flatMap(([country, list]) =>
  list.split(' ').map((item): [country: string, code: string, name: string] => {
    const [code = '', name = ''] = item.split(':');
    return [country, code, name.replaceAll('_', ' ')];
  }),
);

export function stateId(country: string, code: string): number | null {
  return STATE_ROWS.findIndex((row) => row[0] === country && row[1] === code) + 1 || null;
}

/** Countries, states and categories: what other records point to. */
export function referenceModels(version: OdooVersion): Model[] {
  return [
    model({
      name: 'res.country',
      label: 'Country',
      order: 'name, id',
      fields: {
        name: field('char', 'Country Name', { required: true }),
        code: field('char', 'Country Code', { required: true, indexed: true }),
      },
      rows: fixedRows(
        [...COUNTRY_IDS].map(([code, id]) => ({ id, code, name: NAMES[code] ?? english.of(code) ?? code })),
      ),
    }),
    model({
      name: 'res.country.state',
      label: 'Country state',
      order: 'code, id',
      displayName: (env, id) => {
        const country = Number(env.db.table('res.country.state').value(id, 'country_id'));
        const { db } = env;
        return `${String(db.table('res.country.state').value(id, 'name'))} (${String(db.table('res.country').value(country, 'code'))})`;
      },
      fields: {
        name: field('char', 'State Name', { required: true }),
        code: field('char', 'State Code', { required: true, indexed: true }),
        country_id: many2one('res.country', 'Country', { required: true, indexed: true }),
      },
      rows: fixedRows(
        STATE_ROWS.map(([country, code, name], i) => ({ id: i + 1, code, name, country_id: countryId(country) })),
      ),
    }),
    model({
      name: 'res.partner.category',
      label: 'Partner Tags',
      order: 'name, id',
      fields: {
        name: field('char', 'Name', { required: true }),
        active: boolean('Active', true),
        color: field('integer', 'Color'),
      },
      rows: fixedRows([
        { id: 1, name: 'Retail', active: true, color: 1 },
        { id: 2, name: 'Wholesale', active: true, color: 2 },
      ]),
    }),
    model({
      name: 'product.category',
      label: 'Product Category',
      order: 'complete_name',
      displayName: (env, id) => String(env.db.read(env, 'product.category', id, 'complete_name') ?? ''),
      fields: {
        name: field('char', 'Name', { required: true, indexed: true }),
        parent_id: many2one('product.category', 'Parent Category', { indexed: true, onDelete: 'cascade' }),
        complete_name: field('char', 'Complete Name', {
          compute: (env, id) => {
            const table = env.db.table('product.category');
            const parent = table.value(id, 'parent_id');
            const own = String(table.value(id, 'name') ?? '');
            return typeof parent === 'number'
              ? `${String(env.db.read(env, 'product.category', parent, 'complete_name'))} / ${own}`
              : own;
          },
        }),
      },
      saved(env, id) {
        const table = env.db.table('product.category');
        for (let at = table.value(id, 'parent_id'); typeof at === 'number'; at = table.value(at, 'parent_id'))
          if (at === id) throw userError('Recursion Detected.');
      },
      // 19 has no category `All` as the root (recording 37).
      rows: fixedRows(
        version === 18
          ? [
              { id: 1, name: 'All' },
              { id: 2, name: 'Saleable', parent_id: 1 },
            ]
          : [
              { id: 1, name: 'Goods' },
              { id: 2, name: 'Services' },
            ],
      ),
    }),
  ];
}
