import type { Decimal } from '../../canonical/canonical.types.ts';

/** `product.template.attribute.value`: one option of one attribute, as one template offers it. */
export interface TemplateOption {
  readonly id: number;
  readonly templateId: number;
  readonly attribute: string;
  readonly option: string;
  /** What it adds to the template's price; null: not told. */
  readonly extra: Decimal | null;
}

/** Decimal places as the server keeps them; null: not told. */
export interface Decimals {
  readonly price: number | null;
  readonly weight: number | null;
}

/** A name that sorts and compares options whatever the order they were given in. */
export function optionsKey(options: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}
