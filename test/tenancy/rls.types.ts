export const ROLES = ['sync_app', 'sync_maintenance', 'sync_directory', 'sync_backup', 'sync_owner'] as const;
export type Role = (typeof ROLES)[number];

export const OPERATIONS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * Which rows are meant, seen from the organization that is set: its own, another's, or some organization's while none is set.
 */
export const CONTEXTS = ['own', 'other', 'none'] as const;
export type Context = (typeof CONTEXTS)[number];

/** Every organization has two rows in each table: one in use, and one that maintenance may touch (expired, silent). */
export const STATES = ['live', 'stale'] as const;
export type State = (typeof STATES)[number];

/**
 * all: both rows; live, stale: only that one, the other is not there for the role; nothing: neither is; denied: the role lacks the
 * privilege; policy: refused by row-level security.
 */
export type Outcome = 'all' | State | 'nothing' | 'denied' | 'policy';

/** One outcome for all contexts, or own, other and none. */
export type Expected = Outcome | readonly [own: Outcome, other: Outcome, none: Outcome];

/** In the order of OPERATIONS. */
export type Row = readonly [select: Expected, insert: Expected, update: Expected, remove: Expected, truncate: Expected];
