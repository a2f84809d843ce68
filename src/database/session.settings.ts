import type { Statement } from './database.ts';

/**
 * What our statements and the parsers of their results rely on. A role, a database, a restore or another client of a transaction pooler may
 * have set any of them otherwise, so each transaction sets them for itself: a setting of the session would be gone, or somebody else's,
 * behind a pooler.
 */
const SETTINGS = {
  // Every object is written with its schema; nothing that somebody put into another schema is found instead.
  search_path: 'pg_catalog, pg_temp',
  // Times are RFC 3339 in UTC, and a cursor comes back as it was sent.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  // 'off' makes an error of every statement that a policy would filter.
  row_security: 'on',
} as const;

/** A list for SELECT that sets them until the end of the transaction. */
export const SET_SETTINGS = Object.entries(SETTINGS)
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(', ');

/** Sets them, and how long a statement may run. */
export const settingsFor = (runMs: number): Statement => ({
  text: `SELECT ${SET_SETTINGS}, set_config('statement_timeout', $1, true)`,
  values: [`${runMs}ms`],
});
