import type { Database, Model } from '../orm/model.types.ts';
import { boolean, field, model } from './field.builders.ts';
import { fixedRows } from './reference.models.ts';

/** Languages. English and German are installed (recording 924); others exist, but are not active. */
export function languageModel(): Model {
  return model({
    name: 'res.lang',
    label: 'Languages',
    order: 'active desc, name',
    fields: {
      name: field('char', 'Name', { required: true }),
      code: field('char', 'Locale Code', { required: true, indexed: true }),
      iso_code: field('char', 'ISO code'),
      active: boolean('Active', false),
    },
    rows: fixedRows([
      { id: 1, code: 'en_US', name: 'English (US)', iso_code: 'en', active: true },
      { id: 33, code: 'de_DE', name: 'German / Deutsch', iso_code: 'de', active: true },
      { id: 30, code: 'fr_FR', name: 'French / Français', iso_code: 'fr', active: false },
    ]),
    methods: { get_installed: (env) => installedLanguages(env.db) },
  });
}

/** Code and name of each active language. */
export function installedLanguages(db: Database): [code: string, name: string][] {
  const table = db.table('res.lang');
  return table
    .keptSortedBy('id')
    .filter((id) => table.value(id, 'active') === true)
    .map((id) => [String(table.value(id, 'code')), String(table.value(id, 'name'))]);
}
