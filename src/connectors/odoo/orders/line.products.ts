import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalOrderLine } from '../../canonical/canonical.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf, text, toId } from '../client/odoo.values.ts';
import { anyOf } from '../client/search.domain.ts';
import { hiddenAmong, refuseHidden } from '../pagination/hidden.records.ts';
import { PLACEHOLDERS } from './line.mapping.ts';

/** The products of the lines of a batch. */
export class LineProducts {
  readonly #client: OdooClient;
  /** Ids of product.product by code, which Odoo lets several have; archived ones only where there is no other. */
  readonly #byCode = new Map<string, number[]>();
  /** Ids of product.product by template. */
  readonly #byTemplate = new Map<number, number[]>();

  readonly #archived = new Set<number>();
  /** Ids of templates that exist, and whose variants no search finds. */
  #hidden: ReadonlySet<string> = new Set();

  private constructor(client: OdooClient) {
    this.#client = client;
  }

  /** Finds them in one call. Creates the placeholders that `written` lines need; `others` are only to be recognised. */
  static async find(
    client: OdooClient,
    written: readonly CanonicalOrderLine[],
    others: readonly CanonicalOrderLine[],
    signal: AbortSignal,
  ): Promise<LineProducts> {
    const products = new LineProducts(client);
    await products.#load([...written, ...others], signal);
    for (const line of written) if (needsPlaceholder(line)) await products.placeholder(line.kind, signal);
    return products;
  }

  async #load(lines: readonly CanonicalOrderLine[], signal: AbortSignal): Promise<void> {
    const codes = [...new Set([...lines.flatMap(({ sku }) => sku || []), ...Object.values(PLACEHOLDERS)])];
    const templates = [...new Set(lines.flatMap((line) => toId(line.product_external_id) ?? []))];
    const terms = [
      ['default_code', 'in', codes],
      ...(templates.length > 0 ? [['product_tmpl_id', 'in', templates]] : []),
    ];
    const fields = ['product_tmpl_id', 'default_code', 'active'];
    const rows = await this.#client.searchRead('product.product', { domain: anyOf(terms), fields }, signal);
    for (const row of [...rows].sort((a, b) => Number(b.active !== false) - Number(a.active !== false))) {
      const [id, code, template] = [Number(row.id), text(row.default_code), idOf(row.product_tmpl_id)];
      if (row.active === false) this.#archived.add(id);
      const same = code === null ? [] : (this.#byCode.get(code) ?? []);
      if (code !== null && (row.active !== false || same.every((other) => this.#archived.has(other))))
        this.#byCode.set(code, [...same, id]);
      if (template !== null) this.#byTemplate.set(template, [...(this.#byTemplate.get(template) ?? []), id]);
    }
    const missing = templates.filter((id) => !this.#byTemplate.has(id));
    const unseen = await hiddenAmong(this.#client, 'product.template', missing, signal);
    this.#hidden = new Set(
      unseen.flatMap(({ external_id, problem }) => (problem?.error_class === 'no_access' ? external_id : [])),
    );
  }

  /** Null when Odoo does not have the product of the line. */
  idOf(line: CanonicalOrderLine): number | null {
    const { kind, product_external_id } = line;
    if (needsPlaceholder(line)) return this.#byCode.get(PLACEHOLDERS[kind])?.[0] ?? null;
    const ofTemplate = this.#byTemplate.get(toId(product_external_id) ?? 0) ?? [];
    // The code identifies the variant; the template does so only if it has one.
    const [withCode, ...others] = this.#withCodeOf(line);
    if (withCode !== undefined) return others.length === 0 ? withCode : null;
    const active = ofTemplate.filter((id) => !this.#archived.has(id));
    const [only, ...more] = active.length > 0 ? active : ofTemplate;
    return only !== undefined && more.length === 0 ? only : null;
  }

  /** Those that have the code of the line: of its product, if it names one that Odoo has. */
  #withCodeOf({ sku, product_external_id }: CanonicalOrderLine): readonly number[] {
    const ofTemplate = this.#byTemplate.get(toId(product_external_id) ?? 0) ?? [];
    const withCode = sku ? (this.#byCode.get(sku) ?? []) : [];
    return ofTemplate.length === 0 ? withCode : withCode.filter((id) => ofTemplate.includes(id));
  }

  /** How many variants the product of the line has. */
  #variantsOf({ product_external_id }: CanonicalOrderLine): number {
    return this.#byTemplate.get(toId(product_external_id) ?? 0)?.length ?? 0;
  }

  /** As `idOf`; throws ItemRefused when there is none, or only an archived one that is not among `sold`: those that the order has already. */
  require(line: CanonicalOrderLine, sold: ReadonlySet<number>): number {
    const { name, sku } = line;
    const found = this.idOf(line);
    if (found !== null && this.#archived.has(found) && !sold.has(found)) {
      const advice = 'is archived in Odoo. Bring it back, then sync the order again.';
      throw new ItemRefused('product_archived', `The product of the line ${name}, variant ${found}, ${advice}`);
    }
    if (found !== null) return found;
    if (this.#hidden.has(line.product_external_id ?? '')) refuseHidden(`The product of the line ${name}`);
    const which = sku ? `${name} (${sku})` : name;
    const same = this.#withCodeOf(line);
    if (same.length > 1) {
      const reason = `variants ${same.join(', ')}. Give them different ones, then sync the order again.`;
      throw new ItemRefused(
        'ambiguous_product',
        `Odoo has several products with the code of the line ${which}: ${reason}`,
      );
    }
    if (this.#variantsOf(line) > 1) {
      const reason =
        'and the line does not say by its SKU which one is sold. Give the variations SKUs, and sync products.';
      throw new ItemRefused(
        'unknown_variant',
        `The product of the line ${which} has several variants in Odoo, ${reason}`,
      );
    }
    throw new ItemRefused('unknown_product', `Odoo has no product for the line ${which}.`);
  }

  /** The service product that stands for lines of this kind, created when it is missing. */
  async placeholder(kind: keyof typeof PLACEHOLDERS, signal: AbortSignal): Promise<number> {
    const code = PLACEHOLDERS[kind];
    const known = this.#byCode.get(code)?.[0];
    if (known !== undefined) return known;
    const name = `${code[0]}${code.slice(1).toLowerCase()}`;
    const values = { name, default_code: code, type: 'service', list_price: 0, sale_ok: false };
    const [id = 0] = await this.#client.create('product.product', [values], signal);
    this.#byCode.set(code, [id]);
    return id;
  }

  /** Null when no line of rounding was ever needed. */
  get rounding(): number | null {
    return this.#byCode.get(PLACEHOLDERS.rounding)?.[0] ?? null;
  }
}

function needsPlaceholder({ kind, sku, product_external_id }: CanonicalOrderLine): boolean {
  return kind !== 'product' || (!sku && !product_external_id);
}
