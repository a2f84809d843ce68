import type { Run } from '../../src/runs/run.types.ts';

/**
 * The result and the next state of a run, by state and event. docs/spec/run-lease.md contains and explains the same table, and
 * run-lease.model.test.ts tests it. A missing state, event or cell does not compile.
 */
export type State = Exclude<Run['state'], 'ready'> | 'ready' | 'overdue' | 'leased' | 'expired';

export const STATES = {
  waiting: 'waits until no other run has its slots',
  ready: 'has its slots and a job in the queue, but no worker',
  overdue: 'ready, but no worker has taken it within a minute',
  leased: 'a worker holds it',
  expired: 'a worker holds it, but has not renewed the lease in time',
  paused: 'stopped at its checkpoint on request',
  ended: 'its sync has ended',
} as const satisfies Record<State, string>;

/** Each event, and who may cause it. */
export const EVENTS = {
  dispatch: 'any replica',
  'dispatch, slot taken': 'any replica',
  take: 'a worker',
  heartbeat: 'the holder',
  'heartbeat of an old epoch': 'a former holder',
  commit: 'the holder',
  'commit of an old epoch': 'a former holder',
  finish: 'the holder',
  'give up': 'the holder',
  release: 'the holder',
  postpone: 'the holder',
  'ask for approval': 'the holder',
  'keep slots': 'the holder',
  'keep slots, slot taken': 'the holder',
  'release of an old epoch': 'a former holder',
  'time runs out': 'the clock',
  rescue: 'any worker',
  'request pause': 'sync:write',
  'request resume': 'sync:write',
  'request cancel': 'sync:write',
  'sync ended by others': 'sync:write, sync_app',
  'connection removed': 'sync:admin',
  silence: 'maintenance',
} as const satisfies Record<string, string>;
export type RunEvent = keyof typeof EVENTS;

/** What an outcome depends on beside state and event. */
export type Condition = 'sync ended' | 'sync cancelled' | 'sync queued' | 'cancel requested' | 'pause requested';

/** What the caller receives: the result of the SQL function, or the status or problem of REST. */
export type Result =
  | 'lease'
  | 'no lease'
  | 'continue'
  | 'cancel'
  | 'pause'
  | 'paused'
  | 'finished'
  | 'ended'
  | 'fenced'
  | 'true'
  | 'false'
  | 'found'
  | 'not found'
  | 200
  | 'sync-ended'
  | 'nothing';

/** `to` left out: the state stays. */
export interface Case {
  readonly if?: Condition;
  readonly result: Result;
  readonly to?: State;
}
/** The first case whose condition holds. */
export type Cell = readonly [Case, ...Case[]];

const is = (result: Result, to?: State): Cell => [{ result, ...(to && { to }) }];
const when = (condition: Condition, result: Result, to?: State): Case => ({ if: condition, result, ...(to && { to }) });
const each = <S extends State>(states: readonly S[], cell: Cell): Record<S, Cell> =>
  Object.fromEntries(states.map((state) => [state, cell])) as Record<S, Cell>;

const NOBODYS = ['waiting', 'ready', 'overdue', 'paused', 'ended'] as const;
/** An expired lease that no other worker has taken is still its holder's. */
const HELD = ['leased', 'expired'] as const;
const ALL = [...NOBODYS, ...HELD] as const;

const fenced = each(NOBODYS, is('fenced'));
const nothing = each(ALL, is('nothing'));
const taken: Cell = [when('sync ended', 'no lease', 'ended'), { result: 'lease', to: 'leased' }];
const released: Cell = [when('sync ended', 'false', 'ready'), { result: 'true', to: 'ready' }];
const asked: Cell = [when('sync ended', 'false', 'ready'), { result: 'true', to: 'waiting' }];
const requested: Cell = [when('sync ended', 'sync-ended'), { result: 200 }];

export const TABLE: Record<RunEvent, Record<State, Cell>> = {
  dispatch: { ...nothing, waiting: [when('sync ended', 'nothing', 'ended'), { result: 'nothing', to: 'ready' }] },
  'dispatch, slot taken': { ...nothing, waiting: [when('sync ended', 'nothing', 'ended'), { result: 'nothing' }] },
  take: { ...each(ALL, is('no lease')), ready: taken, overdue: taken, expired: taken },

  heartbeat: {
    ...fenced,
    ...each(HELD, [
      when('sync ended', 'ended', 'leased'),
      when('cancel requested', 'cancel', 'leased'),
      when('pause requested', 'pause', 'leased'),
      { result: 'continue', to: 'leased' },
    ]),
  },
  'heartbeat of an old epoch': each(ALL, is('fenced')),
  commit: {
    ...fenced,
    ...each(HELD, [
      when('sync ended', 'ended', 'ended'),
      when('cancel requested', 'ended', 'ended'),
      when('pause requested', 'paused', 'paused'),
      { result: 'continue', to: 'leased' },
    ]),
  },
  'commit of an old epoch': each(ALL, is('fenced')),
  finish: { ...fenced, ...each(HELD, [when('sync ended', 'ended', 'ended'), { result: 'finished', to: 'ended' }]) },
  'give up': { ...fenced, ...each(HELD, [when('sync ended', 'ended', 'ended'), { result: 'finished', to: 'ended' }]) },
  release: { ...each(NOBODYS, is('false')), ...each(HELD, released) },
  postpone: { ...each(NOBODYS, is('false')), ...each(HELD, released) },
  'ask for approval': { ...each(NOBODYS, is('false')), ...each(HELD, asked) },
  'keep slots': { ...each(NOBODYS, is('false')), ...each(HELD, is('true')) },
  'keep slots, slot taken': { ...each(NOBODYS, is('false')), ...each(HELD, is('false', 'waiting')) },
  'release of an old epoch': each(ALL, is('false')),

  'time runs out': { ...nothing, ready: is('nothing', 'overdue'), leased: is('nothing', 'expired') },
  rescue: {
    ...each(ALL, is('not found')),
    waiting: is('found'),
    overdue: is('found'),
    expired: is('found'),
  },

  'request pause': { ...each(ALL, requested), paused: is(200), ended: is('sync-ended') },
  'request resume': { ...each(ALL, requested), paused: is(200, 'ready'), ended: is('sync-ended') },
  'request cancel': {
    waiting: [when('sync ended', 'sync-ended'), { result: 200, to: 'ended' }],
    ...each(['ready', 'overdue'], [when('sync cancelled', 200), ...requested]),
    ...each(HELD, requested),
    paused: is(200, 'ended'),
    ended: [when('sync cancelled', 200), { result: 'sync-ended' }],
  },
  'sync ended by others': { ...nothing, paused: is('nothing', 'ended') },
  'connection removed': {
    ...nothing,
    waiting: [when('sync ended', 'nothing'), { result: 'nothing', to: 'ended' }],
    ...each(['ready', 'overdue'], [when('sync queued', 'nothing', 'ended'), { result: 'nothing' }]),
    paused: is('nothing', 'ended'),
  },
  silence: nothing,
};

/** A cell as the page shows it: the result and the next state of each case. */
export function shown(cell: Cell): string {
  return cell
    .map(({ if: condition, result, to }) => {
      const text = result === 'nothing' ? '' : `${result}`;
      const outcome = to ? `${text} → ${to}`.trim() : text || '=';
      if (cell.length === 1) return outcome;
      return condition ? `if ${condition}: ${outcome}` : `else ${outcome}`;
    })
    .join('; ');
}
