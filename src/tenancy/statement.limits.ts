import type { Statement } from '../database/database.ts';
import { SET_SETTINGS } from '../database/session.settings.ts';
import { traceparent } from '../tracing/tracing.ts';

/**
 * What a statement is for. `read` and `write`: a request that somebody waits for. `export`: a page of an answer that is streamed.
 * `work`: a background process, which nobody waits for.
 */
export type StatementKind = 'read' | 'write' | 'export' | 'work';

interface StatementLimits {
  /** Waiting for a connection of the organization's share and for locks, together. */
  readonly waitMs: number;
  /** How long one statement may run. The connection is the organization's for as long. */
  readonly runMs: number;
}

/** With the wait for a connection and for an answer that does not come, so long that a request is answered within 10 s. */
const REQUEST_RUN_MS = 6_000;

/** A request waits for a lock less than a second in all, so that its problem is there within the second. */
const REQUEST_WAIT_MS = 800;

export const STATEMENT_LIMITS: Readonly<Record<StatementKind, StatementLimits>> = {
  // The slowest list, errors of a month over 300,000 entries, takes a second.
  read: { waitMs: REQUEST_WAIT_MS, runMs: REQUEST_RUN_MS },
  // The biggest write, 1,000 entries of the trail, takes a tenth of a second.
  write: { waitMs: REQUEST_WAIT_MS, runMs: REQUEST_RUN_MS },
  // A page of 1,000 entries behind a filter that hardly any entry satisfies.
  export: { waitMs: REQUEST_WAIT_MS, runMs: 30_000 },
  // A batch is worth waiting for: what it would be read from and written to again costs more. Shorter than a lease.
  work: { waitMs: 10_000, runMs: 30_000 },
};

/** Even who has waited long for a connection may wait this long for a lock that is just being released. */
const SHORTEST_LOCK_WAIT_MS = 25;

/** A locked row is waited for in two steps, each with its own timeout: to be the next one, and for the one that has it. */
const STEPS_OF_A_LOCK = 2;

/** Sets the organization, what every statement relies on, the trace, and the limits for the rest of the transaction. */
export function beginFor(orgId: string, kind: StatementKind, waitedMs: number): Statement {
  const { waitMs, runMs } = STATEMENT_LIMITS[kind];
  const lockMs = Math.max(SHORTEST_LOCK_WAIT_MS, Math.round((waitMs - waitedMs) / STEPS_OF_A_LOCK));
  return {
    text: `SELECT app.set_org($1), ${SET_SETTINGS}, set_config('lock_timeout', $2, true), set_config('statement_timeout', $3, true),
      set_config('app.traceparent', $4, true)`,
    values: [orgId, `${lockMs}ms`, `${runMs}ms`, traceparent() ?? ''],
  };
}
