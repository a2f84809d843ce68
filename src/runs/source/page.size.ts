import type { PageSize } from '../run.types.ts';

const LARGEST_PAGE = 100;
const GROWTH = 5;

const FIRST_SIZE: PageSize = { size: LARGEST_PAGE, below: Number.MAX_SAFE_INTEGER };

/**
 * The sizes of a run's pages. A size that was too much for the system is a bound: no later page reaches it, in this turn or a later one.
 * When even one row is too much, or a size fails that the system bore since, the size was not the reason (the system is down, or fails
 * now and then), so the bounds are forgotten. Pure.
 */
export class PageSizes {
  #now: PageSize;
  /** The bound before the failures in a row. */
  #belowBefore: number | null = null;
  /** The largest size that succeeded below the bound. */
  #borne = 0;

  /** `failures`: turns and attempts that ended without a page, each of which halves the first size. */
  constructor(stored: PageSize = FIRST_SIZE, failures = 0) {
    this.#now = { ...stored, size: Math.max(1, Math.min(stored.size, Math.floor(LARGEST_PAGE / 2 ** failures))) };
  }

  get now(): PageSize {
    return this.#now;
  }

  /** Whether the system bore as many rows since the bound was found. */
  bore(size: number): boolean {
    return size <= this.#borne;
  }

  /** Slightly larger, but a connector asks for one row more than a page has, which must stay below the bound, too. */
  succeeded(): void {
    const { size, below } = this.#now;
    this.#belowBefore = null;
    if (below < FIRST_SIZE.below) this.#borne = Math.max(this.#borne, size);
    this.#now = { size: Math.max(1, Math.min(size + GROWTH, LARGEST_PAGE, Math.max(size, below - 2))), below };
  }

  /** Half. `isBound`: it was the size that the system could not bear, as far as one answer shows. */
  failed(isBound: boolean): void {
    const { size, below } = this.#now;
    const half = Math.max(1, Math.floor(size / 2));
    if (!isBound) this.#now = this.bore(size) ? { size, below: FIRST_SIZE.below } : { size: half, below };
    else if (size > 1) {
      this.#belowBefore ??= below;
      this.#borne = 0;
      this.#now = { size: half, below: Math.min(size, below) };
    } else this.#now = { size, below: this.#belowBefore ?? below };
  }
}
