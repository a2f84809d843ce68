import { slugOf } from '../wordpress/text.formatting.ts';

interface GlobalAttribute {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly terms: Set<string>;
}

/** The attributes of the shop, which products share, with their terms: one, as recorded (220). Products have others of their own, by name. */
export class AttributeStore {
  readonly #attributes: readonly GlobalAttribute[] = [
    { id: 1, name: 'Farbe', slug: 'pa_farbe', terms: new Set(['Blau 💙', 'Grün', 'Rot']) },
  ];

  find(id: unknown): GlobalAttribute | null {
    return this.#attributes.find((attribute) => attribute.id === Number(id)) ?? null;
  }

  /** Of a product: makes the terms that do not exist yet (recording 360). They stand in their own order. */
  termsOf(attribute: GlobalAttribute, options: readonly string[]): string[] {
    for (const option of options) attribute.terms.add(option);
    return [...attribute.terms].filter((term) => options.includes(term)).sort();
  }

  /** Of a variation: what is no term becomes a slug (recording 230). */
  optionOf({ terms }: GlobalAttribute, option: string): string {
    return terms.has(option) ? option : decodeURIComponent(slugOf(option));
  }

  /** Of an attribute as its product shows it; a variation shows another one of an own attribute. */
  slugOf({ id, name }: { readonly id: number; readonly name: string }): string {
    return this.find(id)?.slug ?? name;
  }
}
