import type { Answer, Operation } from './operation.ts';
import { type State, step } from './sync.model.ts';

/** Steps that are tried for one sync. A history that is right takes about one an operation. */
const MAX_STEPS = 2_000_000;

/** The operations of a sync that no order explains. */
export interface Violation {
  readonly sync: string;
  readonly operations: readonly Operation[];
  /** How many of them the best order explains. */
  readonly explained: number;
}

/**
 * Whether each sync was as if all its calls had been made one after another, each at some moment between its call and its answer. The
 * search of Wing and Gong, sync by sync, with Lowe's memory of what was tried. A call without an answer may have taken effect at any
 * moment after it, or never. Throws when a history takes more than MAX_STEPS.
 */
export function findViolation(history: readonly Operation[]): Violation | null {
  for (const [sync, operations] of Map.groupBy(history, (operation) => operation.sync)) {
    const explained = explain(operations);
    if (explained !== null) return { sync, operations, explained };
  }
  return null;
}

/** Null when some order explains all; otherwise how many answers the best one does. */
function explain(given: readonly Operation[]): number | null {
  const operations = given.toSorted((a, b) => a.invoked - b.invoked);
  const answered = operations.filter(({ answer }) => answer !== null).length;
  const tried = new Set<string>();
  const open: { readonly done: bigint; readonly count: number; readonly state: State }[] = [
    { done: 0n, count: 0, state: null },
  ];
  let [best, steps] = [0, 0];
  for (let at = open.pop(); at; at = open.pop()) {
    if (at.count === answered) return null;
    best = Math.max(best, at.count);
    const may = candidates(operations, at.done).flatMap((index) => {
      steps += 1;
      const { call, answer } = operations[index] as Operation;
      const { answer: expected, next } = step(at.state, call);
      // One without an answer that changes nothing explains nothing.
      const fits = answer ? isSame(answer, expected) : JSON.stringify(next) !== JSON.stringify(at.state);
      const isPure = answer !== null && (call.kind === 'read' || answer.is !== 'row');
      return fits ? [{ index, next, isPure, isKnown: answer !== null }] : [];
    });
    if (steps > MAX_STEPS) throw new Error(`the history of ${given[0]?.sync} takes more than ${MAX_STEPS} steps`);
    // What fits here and never changes anything may as well come here: whatever order explains the rest does so with this in front.
    const free = may.find(({ isPure }) => isPure);
    for (const { index, next, isKnown } of free ? [free] : may) {
      const done = at.done | (1n << BigInt(index));
      const key = `${done} ${JSON.stringify(next)}`;
      if (tried.has(key)) continue;
      tried.add(key);
      open.push({ done, count: at.count + (isKnown ? 1 : 0), state: next });
    }
  }
  return best;
}

/** What may come next: whatever was called before the first answer to what is left. Those without an answer are tried last. */
function candidates(operations: readonly Operation[], done: bigint): number[] {
  const left: number[] = [];
  let firstReturn = Number.POSITIVE_INFINITY;
  for (const [index, { invoked, returned }] of operations.entries()) {
    if (invoked > firstReturn) break;
    if (done & (1n << BigInt(index))) continue;
    left.push(index);
    firstReturn = Math.min(firstReturn, returned);
  }
  const may = left.filter((index) => (operations[index] as Operation).invoked <= firstReturn);
  const isUnknown = (index: number) => (operations[index] as Operation).answer === null;
  // The last one is tried first.
  return [...may.filter(isUnknown), ...may.filter((index) => !isUnknown(index)).toReversed()];
}

const isSame = (one: Answer, other: Answer): boolean => JSON.stringify(one) === JSON.stringify(other);
