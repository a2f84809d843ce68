import { decideFault, type FaultCounts, type FaultRule } from './fault.rules.ts';

/** The active rules and their counters; new rules start counting at 0. */
export class FaultPlan {
  #rules: readonly FaultRule[];
  #counts: FaultCounts = [];

  constructor(rules: readonly FaultRule[] = []) {
    this.#rules = rules;
  }

  set(rules: readonly FaultRule[]): void {
    this.#rules = rules;
    this.#counts = [];
  }

  /** The fault for the next request, or null; `pathAndQuery` is its URL as sent. */
  next(pathAndQuery: string): FaultRule | null {
    const { fault, counts } = decideFault(this.#rules, this.#counts, pathAndQuery);
    this.#counts = counts;
    return fault;
  }
}
