import type { Decimal } from '../../canonical/canonical.types.ts';

/** `product.template.attribute.value`: one option of one attribute in one template. */
export interface TemplateOption {
  readonly id: number;
  readonly templateId: number;
  readonly attributeId: number;
  readonly attribute: string;
  readonly option: string;
  /** What it adds to the template's price; null when the server does not say. */
  readonly extra: Decimal | null;
}

/** Decimal places that the server stores; null when it does not say. */
export interface Decimals {
  readonly price: number | null;
  readonly weight: number | null;
}

/** A key to sort and compare options, independent of their order. */
export function optionsKey(options: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}
