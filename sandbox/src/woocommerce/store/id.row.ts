/** Numbers given out once each, ascending: WordPress numbers products, variations, orders and refunds in one row. */
export class IdRow {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  next(): number {
    return this.#next++;
  }
}
