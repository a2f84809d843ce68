import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
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
}

export function traitsOf({ key, data }: Candidate): ProductTraits {
  const product = data as CanonicalProduct;
  const all = [product, ...(product.variations ?? [])];
  const mark = markOf(key);
  return {
    codes: new Set([...all.flatMap(({ sku }) => sku || []), mark]),
    barcodes: new Set(all.flatMap(({ barcode }) => barcode || [])),
    mark,
    inNotes: (product.variations ?? []).length > 0,
  };
}

/** A template, and whether an earlier create made it for the candidate. */
export interface AssignedTemplate {
  readonly id: number;
  readonly marked: boolean;
}

/** The templates for each candidate, from the found variants and from templates with a mark in their notes. */
export function assignTemplates(
  traits: readonly ProductTraits[],
  variants: readonly Row[],
  noted: readonly Row[],
): AssignedTemplate[][] {
  return traits.map(({ codes, barcodes, mark }) => {
    const byVariant = variants.filter(
      (row) => codes.has(text(row.default_code) ?? '') || barcodes.has(text(row.barcode) ?? ''),
    );
    const byMark = [
      ...noted.filter((row) => marksIn(row.description).includes(mark)).map((row) => idOf(row.id)),
      ...byVariant.filter((row) => text(row.default_code) === mark).map((row) => idOf(row.product_tmpl_id)),
    ];
    const ids = [...byVariant.map((row) => idOf(row.product_tmpl_id)), ...byMark];
    return [...new Set(ids.filter((id) => id !== null))].map((id) => ({ id, marked: byMark.includes(id) }));
  });
}
