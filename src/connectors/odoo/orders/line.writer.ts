import type { CanonicalOrder, CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import type { FieldInfos, OdooClient } from '../client/odoo.client.ts';
import { idOf, text, toId } from '../client/odoo.values.ts';
import { anyOf } from '../client/search.domain.ts';
import { ItemRefused } from '../odoo.entity.ts';
import { linePrice } from './line.amounts.ts';
import { STAND_INS } from './line.mapping.ts';

/** What the lines of a batch refer to, by what names it. */
export interface LineTargets {
  readonly taxField: string;
  /** Of a line's price; null: not told. */
  readonly priceDecimals: number | null;
  /** product.product's id by code. */
  readonly byCode: ReadonlyMap<string, number>;
  /** product.product's ids by template. */
  readonly byTemplate: ReadonlyMap<number, readonly number[]>;
  readonly taxIds: ReadonlyMap<string, number>;
}

/** Finds products and taxes of all lines of a batch in a call each; makes the stand-ins when they are needed. */
export async function findTargets(
  client: OdooClient,
  orders: readonly CanonicalOrder[],
  infos: FieldInfos,
  signal: AbortSignal,
): Promise<LineTargets> {
  const lines = orders.flatMap((order) => order.lines ?? []);
  const needed = [...new Set(lines.flatMap((line) => (isStandIn(line) ? [STAND_INS[line.kind]] : [])))];
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
  // Those in the archive last: they are taken only where there is no other.
  for (const row of [...rows].sort((a, b) => Number(b.active !== false) - Number(a.active !== false))) {
    const [id, code, template] = [Number(row.id), text(row.default_code), idOf(row.product_tmpl_id)];
    if (code !== null && !byCode.has(code)) byCode.set(code, id);
    if (template !== null) byTemplate.set(template, [...(byTemplate.get(template) ?? []), id]);
  }
  await makeStandIns(client, needed, byCode, signal);
  return {
    taxField: infos.has('tax_ids') ? 'tax_ids' : 'tax_id',
    priceDecimals: infos.get('price_unit')?.decimals ?? null,
    byCode,
    byTemplate,
    taxIds: await findTaxes(client, lines, signal),
  };
}

function isStandIn({ kind, sku, product_external_id }: CanonicalOrderLine): boolean {
  return kind !== 'product' || (!sku && !product_external_id);
}

async function makeStandIns(
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
  // The oldest of several of one name.
  return new Map(rows.map((row) => [text(row.name) ?? '', Number(row.id)]));
}

/** Throws ItemRefused when a product is named that Odoo does not have. */
export function lineValues(line: CanonicalOrderLine, targets: LineTargets): Values {
  return {
    product_id: productFor(line, targets),
    name: line.name,
    product_uom_qty: Number(line.quantity),
    ...linePrice(line, targets.priceDecimals),
    ...taxValues(line, targets),
  };
}

function productFor(line: CanonicalOrderLine, { byCode, byTemplate }: LineTargets): number {
  const { kind, sku, product_external_id } = line;
  if (isStandIn(line)) return byCode.get(STAND_INS[kind]) ?? refuse(line);
  const ofTemplate = byTemplate.get(toId(product_external_id) ?? 0) ?? [];
  const withCode = sku ? byCode.get(sku) : undefined;
  // The code tells the variant, which the template cannot.
  if (withCode !== undefined && (ofTemplate.length === 0 || ofTemplate.includes(withCode))) return withCode;
  return ofTemplate[0] ?? withCode ?? refuse(line);
}

function refuse({ name, sku }: CanonicalOrderLine): never {
  const which = sku ? `${name} (${sku})` : name;
  throw new ItemRefused('unknown_product', `Odoo has no product for the line ${which}: sync products first.`);
}

/** Taxes by name, when Odoo knows them all; otherwise Odoo's own rules for product and customer stand. */
function taxValues({ taxes }: CanonicalOrderLine, { taxField, taxIds }: LineTargets): Values {
  if (taxes === undefined) return {};
  const ids = taxes.map(({ name }) => taxIds.get(name));
  return ids.every((id) => id !== undefined) ? { [taxField]: [[6, 0, ids]] } : {};
}

/** Line by line in their order. Odoo lets no line of a confirmed order be removed: its quantity becomes zero. */
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
