import type { ItemProblem } from '../contract/connector.types.ts';

/** Thrown while an item is read or prepared, when this item cannot be. The others still can. */
export class ItemRefused extends Error {
  readonly problem: ItemProblem;

  constructor(errorClass: string, message: string) {
    super(message);
    this.problem = { error_class: errorClass, message };
  }
}
