import { appendFileSync } from 'node:fs';
import { median } from './bench.runner.ts';

/** A row of RESULTS.md. */
export interface Figure {
  /** What stands over its peer: `PATCH progress ÷ pgbench`. */
  readonly name: string;
  /** One value a round, each of both sides in the same round. */
  readonly rounds: readonly number[];
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
  /** `ms`, say; a ratio has none. */
  readonly unit?: string;
  /** What a profile showed that bounds it, told where the goal is not reached. */
  readonly boundBy?: string;
}

/** Also what has no goal. */
export const isReached = ({ rounds, goal }: Figure): boolean => {
  if (!goal) return true;
  return 'atLeast' in goal ? median(rounds) >= goal.atLeast : median(rounds) <= goal.atMost;
};

/** Prints the figure; when `npm run bench` has started this benchmark, also for its table. */
export function tell(figure: Figure): void {
  const goal = figure.goal ? `, goal ${goalOf(figure)}` : '';
  console.log(`${figure.name}: ${measured(figure)}${goal}${isReached(figure) ? '' : ', which is not reached'}`);
  if (process.env.BENCH_FIGURES) appendFileSync(process.env.BENCH_FIGURES, `${JSON.stringify(figure)}\n`);
}

/** The median, and the least and most of the rounds. */
export function measured({ rounds, unit }: Figure): string {
  const written = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));
  const spread = `${written(Math.min(...rounds))} to ${written(Math.max(...rounds))}`;
  return `${written(median(rounds))}${unit ? ` ${unit}` : ''} (${spread})`;
}

export const goalOf = ({ goal, unit }: Figure): string =>
  goal ? `${'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`}${unit ? ` ${unit}` : ''}` : 'none';
