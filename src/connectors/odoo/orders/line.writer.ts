import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrder, CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import type { FieldInfos, OdooClient } from '../client/odoo.client.ts';
import { idOf, text, toId } from '../client/odoo.values.ts';
import { anyOf } from '../client/search.domain.ts';
import { linePrice } from './line.amounts.ts';
import { PLACEHOLDERS } from './line.mapping.ts';

/** The records that the lines of a batch refer to. */
export interface LineTargets {
  readonly taxField: string;
  /** Of a line's price; null when the server does not say. */
  readonly priceDecimals: number | null;
  /** Ids of product.product by code. */
  readonly byCode: ReadonlyMap<string, number>;
  /** Ids of product.product by template. */
  readonly byTemplate: ReadonlyMap<number, readonly number[]>;
  /** Those of them that are archived. */
  readonly archived: ReadonlySet<number>;
  readonly taxIds: ReadonlyMap<string, number>;
}

/** Finds the products and the taxes of all lines of a batch, in one call each. Creates the placeholders that are needed. */
export async function findTargets(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  infos: FieldInfos,
  signal: AbortSignal,
): Promise<LineTargets> {
  const lines = orders.flatMap((order) => order.lines ?? []);
  const needed = [...new Set(lines.flatMap((line) => (needsPlaceholder(line) ? [PLACEHOLDERS[line.kind]] : [])))];
  const codes = [...new Set([...lines.flatMap(({ sku }) => sku || []), ...needed])];
  const templates = [...new Set(lines.flatMap((line) => toId(line.product_external_id) ?? []))];
  const terms = [
    ...(codes.length > 0 ? [['default_code', 'in', codes]] : []),
    ...(templates.length > 0 ? [['product_tmpl_id', 'in', templates]] : []),
  ];
  const fields = ['product_tmpl_id', 'default_code', 'active'];
  const rows =
    terms.length === 0 ? [] : await client.searchRead('product.product', { domain: anyOf(terms), fields }, signal);
  const byCode = new Map<string, number>();
  const byTemplate = new Map<number, number[]>();
  // Archived products come last, so they count only where there is no other.
  for (const row of [...rows].sort((a, b) => Number(b.active !== false) - Number(a.active !== false))) {
    const [id, code, template] = [Number(row.id), text(row.default_code), idOf(row.product_tmpl_id)];
    if (code !== null && !byCode.has(code)) byCode.set(code, id);
    if (template !== null) byTemplate.set(template, [...(byTemplate.get(template) ?? []), id]);
  }
  await createPlaceholders(client, needed, byCode, signal);
  return {
    taxField: infos.has('tax_ids') ? 'tax_ids' : 'tax_id',
    priceDecimals: infos.get('price_unit')?.decimals ?? null,
    byCode,
    byTemplate,
    archived: new Set(rows.filter(({ active }) => active === false).map(({ id }) => Number(id))),
    taxIds: await findTaxes(client, lines, signal),
  };
}

function needsPlaceholder({ kind, sku, product_external_id }: CanonicalOrderLine): boolean {
  return kind !== 'product' || (!sku && !product_external_id);
}

async function createPlaceholders(
  client: OdooClient,
  needed: readonly string[],
  byCode: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const missing = needed.filter((code) => !byCode.has(code));
  if (missing.length === 0) return;
  const values = missing.map((code) => ({
    name: `${code[0]}${code.slice(1).toLowerCase()}`,
    default_code: code,
    type: 'service',
    list_price: 0,
    sale_ok: false,
  }));
  const ids = await client.create('product.product', values, signal);
  for (const [i, code] of missing.entries()) byCode.set(code, ids[i] ?? 0);
}

async function findTaxes(
  client: OdooClient,
  lines: readonly CanonicalOrderLine[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const names = [...new Set(lines.flatMap(({ taxes }) => (taxes ?? []).map(({ name }) => name)))];
  if (names.length === 0) return new Map();
  const domain = [
    ['name', 'in', names],
    ['type_tax_use', '=', 'sale'],
  ];
  const rows = await client.searchRead('account.tax', { domain, fields: ['name'], order: 'id desc' }, signal);
  // When several taxes share a name, the oldest counts.
  return new Map(rows.map((row) => [text(row.name) ?? '', Number(row.id)]));
}

/** Throws ItemRefused when Odoo does not have the product of the line, or only archived. `sold`: products that the order has already. */
export function lineValues(line: CanonicalOrderLine, targets: LineTargets, sold: ReadonlySet<number>): Values {
  const product = productFor(line, targets);
  if (targets.archived.has(product) && !sold.has(product)) refuseArchived(line, product);
  return {
    product_id: product,
    name: line.name,
    product_uom_qty: Number(line.quantity),
    ...linePrice(line, targets.priceDecimals),
    ...taxValues(line, targets),
  };
}

function productFor(line: CanonicalOrderLine, { byCode, byTemplate }: LineTargets): number {
  const { kind, sku, product_external_id } = line;
  if (needsPlaceholder(line)) return byCode.get(PLACEHOLDERS[kind]) ?? refuse(line);
  const ofTemplate = byTemplate.get(toId(product_external_id) ?? 0) ?? [];
  const withCode = sku ? byCode.get(sku) : undefined;
  // The code identifies the variant; the template does not.
  if (withCode !== undefined && (ofTemplate.length === 0 || ofTemplate.includes(withCode))) return withCode;
  return ofTemplate[0] ?? withCode ?? refuse(line);
}

function refuseArchived({ name }: CanonicalOrderLine, product: number): never {
  throw new ItemRefused(
    'product_archived',
    `The product of the line ${name}, variant ${product}, is archived in Odoo. Bring it back, then sync the order again.`,
  );
}

function refuse({ name, sku }: CanonicalOrderLine): never {
  const which = sku ? `${name} (${sku})` : name;
  throw new ItemRefused('unknown_product', `Odoo has no product for the line ${which}: sync products first.`);
}

/** Sets taxes by name when Odoo has all of them. Otherwise Odoo applies its own rules for the product and the customer. */
function taxValues({ taxes }: CanonicalOrderLine, { taxField, taxIds }: LineTargets): Values {
  if (taxes === undefined) return {};
  const ids = taxes.map(({ name }) => taxIds.get(name));
  return ids.every((id) => id !== undefined) ? { [taxField]: [[6, 0, ids]] } : {};
}

/** Commands for each line, in order. Odoo does not remove a line of a confirmed order, so its quantity becomes zero. */
export function lineCommands(lines: readonly Values[], present: readonly Row[], confirmed = false): unknown[] {
  const sold = present.filter((row) => text(row.display_type) === null);
  return [
    ...lines.map((values, i) => {
      const row = sold[i];
      return row ? [1, row.id, values] : [0, 0, values];
    }),
    ...sold.slice(lines.length).map((row) => (confirmed ? [1, row.id, { product_uom_qty: 0 }] : [2, row.id])),
  ];
}
