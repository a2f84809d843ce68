import type { Statement } from '../../src/database/database.ts';
import type { RunTables } from '../runs/run-tables.support.ts';

/** What the sessions of one order work on. Each order has an organization of its own, so no order sees what another left. */
export interface Scene {
  readonly org: string;
  readonly sync: string;
  /** Of the run, when the scene has one. */
  readonly epoch: number;
  /** A connection, when the scene has one. */
  readonly connection: string;
}

/** What a step sends; `before` are the rows that the step before it in the session returned. */
type Send = (scene: Scene, before: readonly object[]) => Statement;

/** One statement of a session and how its answer is told, or the end of its transaction. */
export type Step = 'commit' | { readonly send: Send; readonly answer: (rows: object[]) => string };

/**
 * Sessions whose steps are sent in every order that can be, as Postgres' own isolation tester does. A session is named by one letter. Its
 * first step, and the one after a commit, opens a transaction.
 */
export interface InterleavingSpec {
  readonly name: string;
  readonly setUp: (tables: RunTables, org: string) => Promise<Omit<Scene, 'org'>>;
  readonly sessions: Readonly<Record<string, readonly Step[]>>;
  /** What stands at the end, as one line; $1 is the organization and $2 the sync. */
  readonly seen: string;
  /** Each outcome that an order may have: the answers in the order of the sessions, and what stands at the end. */
  readonly outcomes: readonly string[];
}

/** A step whose answer is one column of its first row. */
export const step = (send: Send, column: string): Step => ({
  send,
  answer: ([row]) => String((row as Record<string, unknown> | undefined)?.[column] ?? 'none'),
});

/** A step whose answer is whether it returned a row. */
export const stepWithRow = (send: Send, yes: string, no: string): Step => ({
  send,
  answer: (rows) => (rows.length > 0 ? yes : no),
});
