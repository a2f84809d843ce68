import type { Environment } from '../orm/model.types.ts';
import type { Row, Stored } from '../orm/record.types.ts';
import { idsWhere } from '../orm/relation.ids.ts';

/** What a contact shares with its parent. Addresses of their own (delivery, invoice, other) keep theirs. */
const ADDRESS = ['street', 'street2', 'city', 'zip', 'state_id', 'country_id'];
/** What everybody below a company shares with it, addresses as well. */
const COMMERCIAL = ['vat'];

export interface PartnerChange {
  readonly id: number;
  /** Null for a new partner. */
  readonly before: Row | null;
  readonly vals: Readonly<Record<string, unknown>>;
}

/** The company or person that contacts and addresses belong to, for invoices and taxes. */
export function commercialOf(env: Environment, id: number): number {
  const row = env.db.table('res.partner').row(id);
  const parent = row?.parent_id;
  return typeof parent === 'number' && row?.is_company !== true ? commercialOf(env, parent) : id;
}

/** After a partner was saved: a new child takes from its parent, and changes go down, on 19 also up (recordings 820 to 829). */
export function syncFamily(env: Environment, change: PartnerChange): void {
  takeFromParent(env, change);
  const changed = changedFields(env, change);
  const top = env.version === 19 ? passUp(env, change.id, changed) : change.id;
  passDown(env, top, changed);
  if (top !== change.id) passDown(env, change.id, changed);
  // 18 saves the children with every write of their parent; 19 only when something changed (write-dates.json).
  const touched = change.before !== null && (env.version === 18 || changed.length > 0);
  if (touched) for (const child of childrenOf(env, change.id)) env.db.patch(env, 'res.partner', child, {});
}

function takeFromParent(env: Environment, { id, before, vals }: PartnerChange): void {
  const row = env.db.table('res.partner').row(id);
  const parent = row?.parent_id;
  if (typeof parent !== 'number' || (before !== null && vals.parent_id === undefined && vals.type !== 'contact'))
    return;
  const own = commercialOf(env, id);
  if (own !== id) env.db.patch(env, 'res.partner', id, valuesOf(env, own, COMMERCIAL));
  const address = valuesOf(env, parent, ADDRESS);
  const isSet = Object.values(address).some((value) => value !== null);
  if (row?.type === 'contact' && isSet) env.db.patch(env, 'res.partner', id, address);
}

/** Writes the fields to the parent, as 19 does; returns the highest partner that was written. */
function passUp(env: Environment, id: number, changed: readonly string[]): number {
  const row = env.db.table('res.partner').row(id);
  const parent = row?.parent_id;
  if (typeof parent !== 'number' || row?.is_company === true) return id;
  const fields = changed.filter(
    (name) => COMMERCIAL.includes(name) || (row?.type === 'contact' && ADDRESS.includes(name)),
  );
  if (fields.length === 0) return id;
  env.db.patch(env, 'res.partner', parent, valuesOf(env, id, fields));
  // The parent's write saves all of its children, as one of its own does.
  for (const child of childrenOf(env, parent)) env.db.patch(env, 'res.partner', child, {});
  return passUp(env, parent, fields);
}

function passDown(env: Environment, id: number, changed: readonly string[]): void {
  for (const child of childrenOf(env, id)) {
    const row = env.db.table('res.partner').row(child);
    if (row?.is_company === true) continue;
    const fields = changed.filter(
      (name) => COMMERCIAL.includes(name) || (row?.type === 'contact' && ADDRESS.includes(name)),
    );
    if (fields.length === 0) continue;
    env.db.patch(env, 'res.partner', child, valuesOf(env, id, fields));
    passDown(
      env,
      child,
      fields.filter((name) => COMMERCIAL.includes(name)),
    );
  }
}

/** Of an existing partner; what a new one holds goes nowhere. */
function changedFields(env: Environment, { id, before, vals }: PartnerChange): string[] {
  if (before === null) return [];
  const table = env.db.table('res.partner');
  return Object.keys(vals).filter((name) => table.value(id, name) !== (before[name] ?? null));
}

function valuesOf(env: Environment, id: number, names: readonly string[]): Record<string, Stored> {
  const table = env.db.table('res.partner');
  return Object.fromEntries(names.map((name) => [name, table.value(id, name)]));
}

const childrenOf = (env: Environment, id: number): number[] => idsWhere(env, 'res.partner', 'parent_id', id);
