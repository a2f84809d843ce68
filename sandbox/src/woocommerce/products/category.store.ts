import { RestError } from '../wordpress/rest.error.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import { termName } from '../wordpress/text.sanitizer.ts';
import { CATEGORIES } from './product.defaults.ts';
import type { Term } from './product.types.ts';

export interface Category extends Term {
  /** 0 for none. */
  readonly parent: number;
}

/** The shop's product categories. */
export class CategoryStore {
  readonly #terms: Category[] = CATEGORIES.map((term) => ({ ...term, parent: 0 }));

  all(): readonly Category[] {
    return this.#terms;
  }

  /** Throws when the name exists already below the parent, compared without case. */
  create(given: string, parent = 0, wanted = ''): Category {
    const name = termName(given);
    if (name === '') throw new RestError('empty_term_name', 'A name is required for this term.', 400);
    if (parent !== 0 && !this.#terms.some(({ id }) => id === parent)) throw missingParent();
    const same = this.#terms.find((term) => term.parent === parent && term.name.toLowerCase() === name.toLowerCase());
    if (same) throw termExists(same.id);
    const id = Math.max(...this.#terms.map((term) => term.id)) + 1;
    const slug = slugOf(wanted || name.replace(/&#?\w+;/g, ''));
    const namesakes = this.#terms.filter((term) => term.slug.replace(/-\d+$/, '') === slug).length;
    const term = { id, name, slug: namesakes === 0 ? slug : `${slug}-${namesakes + 1}`, parent };
    this.#terms.push(term);
    return term;
  }
}

/** Recording 335. */
function missingParent(): RestError {
  return new RestError('missing_parent', 'Parent term does not exist.', 400);
}

function termExists(id: number): RestError {
  const message = 'A term with the name provided already exists with this parent.';
  return new RestError('term_exists', message, 400, { resource_id: id });
}
