import type { Environment } from '../orm/model.types.ts';
import { unlinkRecords } from '../orm/record.remover.ts';
import type { Stored } from '../orm/record.types.ts';
import { createRecord, writeRecords } from '../orm/record.writer.ts';
import { idsIn, idsWhere } from '../orm/relation.ids.ts';

const LINE = 'product.template.attribute.line';
const LINE_VALUE = 'product.template.attribute.value';
const VARIANT = 'product.product';

/** The fields of a variant that its template shows while it is the only one. */
export const VARIANT_FIELDS = ['default_code', 'barcode', 'standard_price', 'weight'] as const;

/** The display name of a product: `[SKU-0005] Product 5`. */
export function withCode(code: Stored, name: Stored): string {
  return code === null ? String(name ?? '') : `[${String(code)}] ${String(name ?? '')}`;
}

/** The variants of a template, on request with archived ones. */
export function variantsOf(env: Environment, template: number, archived = false): number[] {
  const table = env.db.table('product.product');
  const ids = idsWhere(env, 'product.product', 'product_tmpl_id', template);
  return archived ? ids : ids.filter((id) => table.value(id, 'active') === true);
}

/**
 * The variant of a template that has exactly one, counting archived ones when there is no other. A call whose context does not leave out
 * archived records has Odoo count them in any case, so that a template with one of each has none of its own.
 */
export function onlyVariant(env: Environment, template: number): number | null {
  const active = variantsOf(env, template, !env.internal && env.context.active_test === false);
  const ids = active.length > 0 ? active : variantsOf(env, template, true);
  return ids.length === 1 ? (ids[0] ?? null) : null;
}

/** After a line changed: creates a record for each of its values, then updates the variants. */
export function syncTemplateOf(env: Environment, line: number): void {
  const wanted = idsIn(env.db.table(LINE).value(line, 'value_ids'));
  const existing = idsWhere(env, LINE_VALUE, 'attribute_line_id', line);
  const attributeValueOf = (id: number) => Number(env.db.table(LINE_VALUE).value(id, 'product_attribute_value_id'));
  for (const value of wanted) {
    const known = existing.find((id) => attributeValueOf(id) === value);
    if (known === undefined)
      createRecord(env, LINE_VALUE, { attribute_line_id: line, product_attribute_value_id: value });
    else if (!isOffered(env, known)) env.db.patch(env, LINE_VALUE, known, { ptav_active: true });
  }
  const template = Number(env.db.table(LINE).value(line, 'product_tmpl_id'));
  syncVariants(
    env,
    template,
    existing.filter((id) => !wanted.includes(attributeValueOf(id))),
  );
}

/** A changed line moves the times of change of its template and variants (write-dates.jsonl). */
export function touchTemplateOf(env: Environment, line: number): void {
  const template = Number(env.db.table(LINE).value(line, 'product_tmpl_id'));
  env.db.patch(env, 'product.template', template, {});
  for (const variant of variantsOf(env, template, true)) env.db.patch(env, VARIANT, variant, {});
}

/**
 * Creates the variants that a template's lines ask for and removes the others; `obsolete` line values go at the end. Attributes that
 * make no variants count for nothing. With one that makes them dynamically, none is created here (recordings 701 to 716).
 */
export function syncVariants(env: Environment, template: number, obsolete: readonly number[] = []): void {
  if (!env.db.table('product.template').has(template) || env.context.create_product_product === false) return;
  const modes = new Map(
    idsWhere(env, LINE, 'product_tmpl_id', template)
      .filter((line) => env.db.table(LINE).value(line, 'active') === true)
      .map((line) => [line, creationMode(env, line)] as const),
  );
  const choices = [...modes]
    .filter(([, mode]) => mode !== 'no_variant')
    .map(([line]) =>
      idsWhere(env, LINE_VALUE, 'attribute_line_id', line).filter((id) => isOffered(env, id) && !obsolete.includes(id)),
    )
    .filter((values) => values.length > 0);
  const present = variantsOf(env, template, true);
  for (const variant of present) addSingleValues(env, variant, choices);

  const wanted = new Map(combinations(choices).map((combination) => [combinationKey(combination), combination]));
  const surplus: number[] = [];
  for (const variant of present) {
    const isWanted = wanted.delete(combinationKey(valuesOf(env, variant)));
    if (!isWanted) surplus.push(variant);
    else if (env.db.table(VARIANT).value(variant, 'active') !== true)
      writeRecords(env, VARIANT, [variant], { active: true });
  }
  for (const combination of isDynamic(env, template) ? [] : wanted.values()) {
    const values = { product_tmpl_id: template, product_template_attribute_value_ids: [[6, 0, combination]] };
    createRecord(env, VARIANT, values);
  }
  for (const variant of surplus) removeOrArchive(env, variant);
  const used = new Set(variantsOf(env, template, true).flatMap((variant) => valuesOf(env, variant)));
  for (const value of obsolete) {
    if (used.has(value)) env.db.patch(env, LINE_VALUE, value, { ptav_active: false });
    else unlinkRecords(env, LINE_VALUE, [value]);
  }
}

/** Whether variants of the template are made one by one, so that it may have none. */
export function isDynamic(env: Environment, template: number): boolean {
  const lines = idsWhere(env, LINE, 'product_tmpl_id', template);
  return lines.some(
    (line) => env.db.table(LINE).value(line, 'active') === true && creationMode(env, line) === 'dynamic',
  );
}

function creationMode(env: Environment, line: number): Stored {
  const attribute = Number(env.db.table(LINE).value(line, 'attribute_id'));
  return env.db.table('product.attribute').value(attribute, 'create_variant');
}

function isOffered(env: Environment, lineValue: number): boolean {
  return env.db.table(LINE_VALUE).value(lineValue, 'ptav_active') === true;
}

/** Line values of a variant. */
export function valuesOf(env: Environment, variant: number): readonly number[] {
  return idsIn(env.db.table(VARIANT).value(variant, 'product_template_attribute_value_ids'));
}

/** An attribute with one value is added to the variants that there are, which stay. */
function addSingleValues(env: Environment, variant: number, choices: readonly (readonly number[])[]): void {
  const single = choices.filter((values) => values.length === 1).flat();
  const combination = [...new Set([...valuesOf(env, variant), ...single])];
  const fits = choices.every((values) => combination.filter((id) => values.includes(id)).length === 1);
  if (single.length === 0 || !fits || combination.length !== choices.length) return;
  env.db.patch(env, VARIANT, variant, { product_template_attribute_value_ids: combination });
}

/** A variant that was sold is archived instead of deleted. */
function removeOrArchive(env: Environment, variant: number): void {
  if (idsWhere(env, 'sale.order.line', 'product_id', variant).length === 0)
    unlinkRecords(env, 'product.product', [variant]);
  else if (env.db.table('product.product').value(variant, 'active') === true)
    writeRecords(env, 'product.product', [variant], { active: false });
}

function combinations(choices: readonly (readonly number[])[]): number[][] {
  return choices.reduce<number[][]>(
    (all, values) => all.flatMap((start) => values.map((value) => [...start, value])),
    [[]],
  );
}

/** Equal for equal combinations. */
export function combinationKey(combination: readonly number[]): string {
  return [...combination].sort((a, b) => a - b).join(',');
}
