import type { Environment, Field } from './model.types.ts';
import { OdooError, valueError } from './odoo.error.ts';
import { searchIds } from './record.search.ts';
import { createRecord, writeRecords } from './record.writer.ts';

/** Odoo's result of an import: `ids` is false when anything was wrong, and then nothing was saved. */
export interface LoadResult {
  ids: number[] | false;
  messages: LoadMessage[];
  nextrow: number;
}

interface LoadMessage {
  type: 'error';
  message: string;
  record: number;
  rows: { from: number; to: number };
  field?: string;
}

/**
 * Creates or, by external id (`id`) or database id (`.id`), updates a record for each row. Relations go by name
 * (`country_id`), external id (`country_id/id`) or database id (`country_id/.id`).
 */
export function loadRows(
  env: Environment,
  model: string,
  fields: readonly string[],
  rows: readonly unknown[][],
): LoadResult {
  const messages: LoadMessage[] = [];
  const ids: number[] = [];
  const unknown = fields.map(nameOf).find((name) => !OF_IDS.includes(name) && !env.db.fieldOf(model, name));
  // A fault, while what is wrong with a row is a message (recordings 942 and 944).
  if (unknown !== undefined) throw valueError(`Invalid field name '${unknown}'`);
  rows.forEach((row, record) => {
    try {
      ids.push(loadRow(env, model, fields, row));
    } catch (problem) {
      if (!(problem instanceof OdooError)) throw problem;
      messages.push({ type: 'error', message: problem.message, record, rows: { from: record, to: record } });
    }
  });
  return { ids: messages.length > 0 ? false : ids, messages, nextrow: 0 };
}

const OF_IDS = ['id', '.id'];

/** Of a path such as `country_id/id`. */
const nameOf = (path: string): string => path.split('/')[0] ?? '';

function loadRow(env: Environment, model: string, fields: readonly string[], row: readonly unknown[]): number {
  const vals: Record<string, unknown> = {};
  let externalId: string | null = null;
  let existing: number | null = null;
  fields.forEach((path, i) => {
    const cell = row[i];
    if (path === 'id') externalId = cell ? qualified(String(cell)) : null;
    else if (path === '.id') existing = cell ? Number(cell) : null;
    else {
      const [name = '', by] = path.split('/');
      const field = env.db.fieldOf(model, name);
      if (field) vals[name] = cellValue(env, field, by, cell);
    }
  });
  const known = externalId === null ? null : env.db.externalId(externalId);
  const id = existing ?? (known?.model === model ? known.id : null);
  if (id !== null) {
    writeRecords(env, model, [id], vals);
    return id;
  }
  const created = createRecord(env, model, vals);
  if (externalId !== null) env.db.setExternalId(externalId, { model, id: created });
  return created;
}

function cellValue(env: Environment, field: Field, by: string | undefined, cell: unknown): unknown {
  if (cell === '' || cell === false || cell === null) return false;
  if (field.type === 'boolean') return !['0', 'false', 'no', 'False'].includes(String(cell));
  if (!field.relation) return cell;
  const find = (text: string) => related(env, field, by, text);
  if (field.type === 'many2one') return find(String(cell));
  return [
    [
      6,
      0,
      String(cell)
        .split(',')
        .map((part) => find(part.trim())),
    ],
  ];
}

function related(env: Environment, field: Field, by: string | undefined, text: string): number {
  const relation = field.relation ?? '';
  const found =
    by === 'id'
      ? env.db.externalId(qualified(text))?.id
      : by === '.id'
        ? Number(text)
        : searchIds(env, relation, [['display_name', '=', text]], { limit: 1 })[0];
  if (found !== undefined && env.db.table(relation).has(found)) return found;
  const kind = { id: 'external id', '.id': 'database id' }[by ?? ''] ?? 'name';
  throw new OdooError(
    'builtins.ValueError',
    `No matching record found for ${kind} '${text}' in field '${field.label}'`,
  );
}

/** An external id without a module belongs to the module `__import__`. */
function qualified(text: string): string {
  return text.includes('.') ? text : `__import__.${text}`;
}
