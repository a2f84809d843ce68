import type { Environment } from '../orm/model.types.ts';
import { idsWhere } from '../orm/relation.ids.ts';
import { syncVariants, valuesOf, variantsOf } from './variant.service.ts';

const LINE = 'product.template.attribute.line';
const LINE_VALUE = 'product.template.attribute.value';
const VARIANT = 'product.product';

/** The line that a template had of an attribute, which its variants that were sold still need. */
export function archivedLine(env: Environment, vals: Readonly<Record<string, unknown>>): number | null {
  const table = env.db.table(LINE);
  const lines = idsWhere(env, LINE, 'product_tmpl_id', Number(vals.product_tmpl_id));
  const isSame = (id: number) => table.value(id, 'attribute_id') === vals.attribute_id;
  return lines.find((id) => table.value(id, 'active') !== true && isSame(id)) ?? null;
}

/**
 * Takes a line of one value off its variants, which stay. One of several values whose variants were sold is archived without its values, and
 * its variants go or are archived, as `unlink` of Odoo's attribute lines and values does.
 */
export function archivedWhereSold(env: Environment, line: number): boolean {
  const template = Number(env.db.table(LINE).value(line, 'product_tmpl_id'));
  // The line goes with its template.
  if (!env.db.table('product.template').has(template)) return false;
  const values = idsWhere(env, LINE_VALUE, 'attribute_line_id', line);
  const using = variantsOf(env, template, true).filter((id) =>
    valuesOf(env, id).some((value) => values.includes(value)),
  );
  if (values.length === 1) {
    for (const variant of using) {
      const others = valuesOf(env, variant).filter((value) => !values.includes(value));
      env.db.patch(env, VARIANT, variant, { product_template_attribute_value_ids: others });
    }
    return false;
  }
  if (!using.some((variant) => isSold(env, variant))) return false;
  env.db.patch(env, LINE, line, { active: false, value_ids: [] });
  syncVariants(env, template, values);
  return true;
}

const isSold = (env: Environment, variant: number): boolean =>
  idsWhere(env, 'sale.order.line', 'product_id', variant).length > 0;
