import { RestError } from '../wordpress/rest.error.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import { termName } from '../wordpress/text.sanitizer.ts';
import { CATEGORIES } from './product.defaults.ts';
import type { Term } from './product.types.ts';

/** The shop's product categories, without parents. */
export class CategoryStore {
  readonly #terms: Term[] = [...CATEGORIES];

  all(): readonly Term[] {
    return this.#terms;
  }

  /** Throws when the name exists already, compared without case. */
  create(given: string): Term {
    const name = termName(given);
    if (name === '') throw new RestError('empty_term_name', 'A name is required for this term.', 400);
    const same = this.#terms.find((term) => term.name.toLowerCase() === name.toLowerCase());
    if (same) throw termExists(same.id);
    const id = Math.max(...this.#terms.map((term) => term.id)) + 1;
    const term = { id, name, slug: slugOf(name.replace(/&#?\w+;/g, '')) };
    this.#terms.push(term);
    return term;
  }
}

function termExists(id: number): RestError {
  const message = 'A term with the name provided already exists with this parent.';
  return new RestError('term_exists', message, 400, { resource_id: id });
}
