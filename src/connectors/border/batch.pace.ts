/** How long a batch should take, so that far less than the patience for a write. */
const WANTED_MS = 30_000;

/** How many items a batch has: as many as the system takes in the wanted time, and half as many after one that was too much. */
export class BatchPace {
  #size: number;

  /** `first`: how many before anything is known. */
  constructor(first: number) {
    this.#size = first;
  }

  get size(): number {
    return this.#size;
  }

  tooMuch(count: number): void {
    this.#size = Math.max(1, Math.ceil(count / 2));
  }

  /** Grows to at most twice as many as there were in one batch. */
  took(count: number, milliseconds: number): void {
    const inTime = Math.floor((WANTED_MS * count) / Math.max(milliseconds, 1));
    this.#size = Math.max(1, Math.min(inTime, Math.max(this.#size, count * 2)));
  }
}
