import type { Environment } from '../orm/model.types.ts';
import { userError, validationError } from '../orm/odoo.error.ts';
import type { Row } from '../orm/record.types.ts';
import { idsIn, idsWhere } from '../orm/relation.ids.ts';

const LINE = 'product.template.attribute.line';

/** A line of a template has values, all of its own attribute (recordings 745, 746). */
export function checkLine(env: Environment, line: number): void {
  const table = env.db.table(LINE);
  const attribute = Number(table.value(line, 'attribute_id'));
  const attributeName = String(env.db.read(env, 'product.attribute', attribute, 'name'));
  const product = String(env.db.read(env, 'product.template', Number(table.value(line, 'product_tmpl_id')), 'name'));
  const values = idsIn(table.value(line, 'value_ids'));
  if (values.length === 0)
    throw validationError(`The attribute ${attributeName} must have at least one value for the product ${product}.`);
  const foreign = values.find((id) => env.db.table('product.attribute.value').value(id, 'attribute_id') !== attribute);
  if (foreign === undefined) return;
  const shown = env.db.model('product.attribute.value').displayName(env, foreign);
  throw validationError(
    `On the product ${product} you cannot associate the value ${shown} with the attribute ${attributeName} because they do not match.`,
  );
}

/** How an attribute makes variants is fixed once a template has it (recording 744). */
export function checkCreationMode(
  env: Environment,
  attribute: number,
  before: Row | null,
  vals: Readonly<Record<string, unknown>>,
): void {
  if (before === null || vals.create_variant === undefined || vals.create_variant === before.create_variant) return;
  const templates = idsWhere(env, LINE, 'attribute_id', attribute).map((line) =>
    Number(env.db.table(LINE).value(line, 'product_tmpl_id')),
  );
  if (templates.length === 0) return;
  const names = templates.map((id) => env.db.model('product.template').displayName(env, id));
  throw userError(
    `You cannot change the Variants Creation Mode of the attribute ${String(before.name)} because it is used on the ` +
      `following products:\n${[...new Set(names)].sort().join(', ')}`,
  );
}
