import { ConnectorError } from '../contract/connector.error.ts';

/**
 * A system that counts rows which it does not show leaves some pages empty: a shop with translations, or with plugins that hide orders.
 * 20 pages are 2,000 such rows in a row. A system that never shows a row costs seconds, not a worker.
 */
const MAX_FETCHES_WITHOUT_ROW = 20;

/** The bound of a loop that reads a listing of a system until it ends, which only the system says. */
export class FetchBound {
  readonly #what: string;
  readonly #seen = new Set<number | string>();
  #fetches = 0;

  /** `what`: the listing, as an error names it. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Call it after each fetch. Throws ConnectorError `protocol` after too many without a new row. */
  fetched(newRows: number): void {
    this.#fetches = newRows > 0 ? 0 : this.#fetches + 1;
    if (this.#fetches >= MAX_FETCHES_WITHOUT_ROW) throw contradiction(this.#what, this.#fetches);
  }

  /** As `fetched`, for a loop that does not know which of the rows are new. */
  fetchedIds(ids: readonly (number | string)[]): void {
    const before = this.#seen.size;
    for (const id of ids) this.#seen.add(id);
    this.fetched(this.#seen.size - before);
  }
}

/** Not worth a retry: the system would say the same again. */
export function contradiction(what: string, fetches: number): ConnectorError {
  return new ConnectorError(
    'protocol',
    `${what}: rows and total contradict each other. ${fetches} responses in a row had no new row, although more was said to follow.`,
    { permanent: true },
  );
}
