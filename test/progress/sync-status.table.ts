import type { ProblemName } from '../../src/common/problem.catalogue.ts';
import type { SyncStatus } from '../../src/common/sync-status.ts';

/**
 * The result and the next state of a sync, by state and event. docs/spec/sync-status.md contains and explains the same table, and
 * sync-status.model.test.ts tests it. A missing state, event or cell does not compile.
 */
export type State = 'absent' | SyncStatus;
type Ended = Exclude<SyncStatus, 'queued' | 'running' | 'paused'>;
type Active = Exclude<SyncStatus, Ended>;

export const STATES = {
  absent: 'the sync does not exist',
  queued: 'waits for a worker',
  running: 'its reporter is working',
  paused: 'its reporter has paused',
  completed: 'ended without failed items',
  completed_with_errors: 'ended with failed items',
  failed: 'ended before all items were processed',
  cancelled: 'ended on request',
  timeout: 'ended because its reporter went silent',
} as const satisfies Record<State, string>;

/** Each event, and who may cause it. */
export const EVENTS = {
  start: 'sync:write',
  'start queued': 'sync:write',
  'start, other content': 'sync:write',
  'start, nothing to do': 'sync:write',
  'report more': 'sync:write',
  'report more, one failed': 'sync:write',
  'report the same again': 'sync:write',
  'report the total': 'sync:write',
  'report the total, one failed': 'sync:write',
  'report above the total': 'sync:write',
  'report backwards': 'sync:write',
  'report status running': 'sync:write',
  'report status paused': 'sync:write',
  'report status cancelled': 'sync:write',
  complete: 'sync:write',
  fail: 'sync:write',
  'request cancel': 'sync:write',
  'request pause': 'sync:write',
  'request resume': 'sync:write',
  'retry failed items': 'sync:write',
  'silence for 15 minutes': 'maintenance',
  'SQL insert': 'sync_app',
  'SQL counts below the total': 'sync_app',
  'SQL counts at the total': 'sync_app',
  'SQL counts above the total': 'sync_app',
  'SQL counts backwards': 'sync_app',
  'SQL completed_at': 'sync_app',
  'SQL status queued': 'sync_app',
  'SQL status running': 'sync_app',
  'SQL status paused': 'sync_app',
  'SQL status completed': 'sync_app',
  'SQL status completed_with_errors': 'sync_app',
  'SQL status failed': 'sync_app',
  'SQL status cancelled': 'sync_app',
  'SQL status timeout': 'sync_app',
  'SQL error_message': 'sync_app',
  'SQL delete': 'nobody',
} as const satisfies Record<string, 'sync:write' | 'maintenance' | 'sync_app' | 'nobody'>;
export type SyncEvent = keyof typeof EVENTS;

/** What a status depends on beside state and event. */
export type Condition = 'cancel requested' | 'pause requested' | 'items failed';
export type Target =
  | SyncStatus
  | 'absent'
  | { readonly if: Condition; readonly to: SyncStatus; readonly else: SyncStatus };

/** What the caller receives: an HTTP status, a problem, an SQLSTATE, or the number of rows of plain SQL. */
export type Result = 200 | 201 | ProblemName | 'SY001' | '23505' | '23514' | '42501' | '0 rows' | '1 row' | 'nothing';

/** `to` left out: the state stays. Null: this cannot happen. */
export type Cell = { readonly result: Result; readonly to?: Target } | null;

const is = (result: Result, to?: Target): Cell => ({ result, ...(to !== undefined && { to }) });
const each = <S extends State>(states: readonly S[], cell: Cell): Record<S, Cell> =>
  Object.fromEntries(states.map((state) => [state, cell])) as Record<S, Cell>;
const active = (cell: Cell): Record<Active, Cell> => each(['queued', 'running', 'paused'], cell);
const ended = (cell: Cell): Record<Ended, Cell> =>
  each(['completed', 'completed_with_errors', 'failed', 'cancelled', 'timeout'], cell);

const COMPLETED: Target = { if: 'items failed', to: 'completed_with_errors', else: 'completed' };
/** After a report the sync is running, or stays paused when a pause is requested. */
const RUNNING_OR_PAUSED: Target = { if: 'pause requested', to: 'paused', else: 'running' };

const missing = { absent: is('not-found') };
const noRow = { absent: is('0 rows') };
const final = ended(is('sync-ended'));
const finalInSql = ended(is('SY001'));

export const TABLE: Record<SyncEvent, Record<State, Cell>> = {
  start: { absent: is(201, 'running'), ...active(is(200)), ...ended(is(200)) },
  'start queued': { absent: is(201, 'queued'), ...active(is(200)), ...ended(is(200)) },
  'start, other content': { absent: null, ...active(is('sync-exists')), ...ended(is('sync-exists')) },
  'start, nothing to do': { absent: is(201, 'completed'), ...active(is('sync-exists')), ...ended(is('sync-exists')) },

  'report more': { ...missing, ...active(is(200, 'running')), paused: is(200, RUNNING_OR_PAUSED), ...final },
  'report more, one failed': {
    ...missing,
    ...active(is(200, 'running')),
    paused: is(200, RUNNING_OR_PAUSED),
    ...final,
  },
  'report the same again': {
    ...missing,
    ...active(is(200, 'running')),
    paused: is(200, RUNNING_OR_PAUSED),
    ...final,
    completed: is(200),
    completed_with_errors: is(200),
  },
  'report the total': { ...missing, ...active(is(200, COMPLETED)), ...final },
  'report the total, one failed': { ...missing, ...active(is(200, 'completed_with_errors')), ...final },
  'report above the total': { ...missing, ...active(is('counts-above-total')), ...final },
  'report backwards': { ...missing, ...active(is('counts-backwards')), ...final },
  'report status running': { ...missing, ...active(is(200, 'running')), ...final },
  'report status paused': { ...missing, ...active(is(200, 'paused')), ...final },
  'report status cancelled': { ...missing, ...active(is(200, 'cancelled')), ...final, cancelled: is(200) },
  complete: { ...missing, ...active(is(200, COMPLETED)), ...final, completed: is(200), completed_with_errors: is(200) },
  fail: { ...missing, ...active(is(200, 'failed')), ...final, failed: is(200) },

  'request cancel': { ...missing, ...active(is(200)), queued: is(200, 'cancelled'), ...final, cancelled: is(200) },
  'request pause': { ...missing, ...active(is(200)), ...final },
  'request resume': { ...missing, ...active(is(200)), paused: is(200, 'running'), ...final },
  'retry failed items': { ...missing, ...active(is('conflict')), ...ended(is('conflict')) },

  'silence for 15 minutes': {
    absent: is('nothing'),
    queued: is('nothing', { if: 'cancel requested', to: 'cancelled', else: 'queued' }),
    running: is('nothing', { if: 'cancel requested', to: 'cancelled', else: 'timeout' }),
    paused: is('nothing', { if: 'cancel requested', to: 'cancelled', else: 'paused' }),
    ...ended(is('nothing')),
  },

  'SQL insert': { absent: is('1 row', 'running'), ...active(is('23505')), ...ended(is('23505')) },
  'SQL counts below the total': { ...noRow, ...active(is('1 row')), ...finalInSql },
  'SQL counts at the total': { ...noRow, ...active(is('1 row', COMPLETED)), ...finalInSql },
  'SQL counts above the total': { ...noRow, ...active(is('23514')), ...finalInSql },
  'SQL counts backwards': { ...noRow, ...active(is('1 row')), ...finalInSql },
  'SQL completed_at': { ...noRow, ...active(is('1 row', COMPLETED)), ...finalInSql },
  'SQL status queued': { ...noRow, ...active(is('1 row', 'queued')), ...finalInSql },
  'SQL status running': { ...noRow, ...active(is('1 row', 'running')), ...finalInSql },
  'SQL status paused': { ...noRow, ...active(is('1 row', 'paused')), ...finalInSql },
  'SQL status completed': { ...noRow, ...active(is('1 row', COMPLETED)), ...finalInSql, completed: is('1 row') },
  'SQL status completed_with_errors': {
    ...noRow,
    ...active(is('1 row', 'completed_with_errors')),
    ...finalInSql,
    completed_with_errors: is('1 row'),
  },
  'SQL status failed': { ...noRow, ...active(is('1 row', 'failed')), ...finalInSql, failed: is('1 row') },
  'SQL status cancelled': { ...noRow, ...active(is('1 row', 'cancelled')), ...finalInSql, cancelled: is('1 row') },
  'SQL status timeout': { ...noRow, ...active(is('1 row', 'timeout')), ...finalInSql, timeout: is('1 row') },
  'SQL error_message': { ...noRow, ...active(is('1 row')), ...ended(is('1 row')) },
  'SQL delete': { absent: is('42501'), ...active(is('42501')), ...ended(is('42501')) },
};

/** A cell as the page shows it: the result, then the next state if it is a different one. */
export function shown(cell: Cell): string {
  if (cell === null) return '—';
  const { result, to } = cell;
  const text = result === 'nothing' ? '' : `${result}`;
  if (to === undefined) return text || '=';
  const target = typeof to === 'string' ? to : `${to.to} if ${to.if}, else ${to.else}`;
  return `${text} → ${target}`.trim();
}
