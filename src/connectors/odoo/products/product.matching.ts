import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { comparableName } from '../../canonical/comparable.text.ts';
import type { Candidate } from '../../contract/connector.types.ts';
import type { Row } from '../api/odoo-api.types.ts';
import { markOf, marksIn } from '../client/odoo.marker.ts';
import { idOf, text } from '../client/odoo.values.ts';

/** What identifies a candidate. */
export interface ProductTraits {
  readonly codes: ReadonlySet<string>;
  readonly barcodes: ReadonlySet<string>;
  readonly mark: string;
  /** The mark is in the notes, because a template with variants has no code. */
  readonly inNotes: boolean;
  /** Null unless namesakes are asked for. */
  readonly name: string | null;
}

export function traitsOf({ key, data, byName }: Candidate): ProductTraits {
  const product = data as CanonicalProduct;
  const all = [product, ...(product.variations ?? [])];
  const mark = markOf(key);
  return {
    codes: new Set([...all.flatMap(({ sku }) => sku || []), mark]),
    barcodes: new Set(all.flatMap(({ barcode }) => barcode || [])),
    mark,
    inNotes: (product.variations ?? []).length > 0,
    name: byName ? text(product.name) : null,
  };
}

export interface AssignedTemplate {
  readonly id: number;
  /** An earlier create made it for the candidate, so that it is found wherever it is. */
  readonly marked: boolean;
  /** Of those of its variants that were found. */
  readonly codes: readonly (string | null)[];
  /** It only has the candidate's name. */
  readonly namesake: boolean;
}

/** The templates for each candidate: of the found variants, and those with its mark in their notes or with its name. */
export function assignTemplates(
  traits: readonly ProductTraits[],
  variants: readonly Row[],
  noted: readonly Row[],
  named: readonly Row[],
): AssignedTemplate[][] {
  return traits.map(({ codes, barcodes, mark, name }) => {
    const byVariant = variants.filter(
      (row) => codes.has(text(row.default_code) ?? '') || barcodes.has(text(row.barcode) ?? ''),
    );
    const byMark = [
      ...noted.filter((row) => marksIn(row.description).includes(mark)).map((row) => idOf(row.id)),
      ...byVariant.filter((row) => text(row.default_code) === mark).map((row) => idOf(row.product_tmpl_id)),
    ];
    const byKey = new Set([...byVariant.map((row) => idOf(row.product_tmpl_id)), ...byMark]);
    const called = comparableName(name);
    const byName = named.filter((row) => called !== null && comparableName(text(row.name)) === called);
    const ids = new Set([...byKey, ...byName.map((row) => idOf(row.id))].filter((id) => id !== null));
    return [...ids].map((id) => {
      const own = byVariant.filter((row) => idOf(row.product_tmpl_id) === id);
      return {
        ...{ id, marked: byMark.includes(id), namesake: !byKey.has(id) },
        codes: own.map((row) => text(row.default_code)),
      };
    });
  });
}
