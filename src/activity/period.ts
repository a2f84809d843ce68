import { Problem } from '../common/problem.ts';
import type { PeriodQuery } from './dto/requests.dto.ts';

/** A period of the trail: `days` back from the database's now, or `from` to `to` (exclusive), RFC 3339. What is null bounds nothing. */
export interface Period {
  readonly days: number | null;
  readonly from: string | null;
  readonly to: string | null;
}

// CASE, since to Postgres a coalesce might tell of a row what its policy hides, so that it would look at each row of the organization before it compares
// the times.
export const PERIOD_BEGINS = `CASE WHEN $2::timestamptz IS NOT NULL THEN $2 WHEN $3::integer IS NOT NULL
         THEN now() - make_interval(days => $3) ELSE '-infinity' END`;
/** Without `to` it ends ahead of now: nothing is newer. */
export const PERIOD_ENDS = `CASE WHEN $4::timestamptz IS NOT NULL THEN $4 ELSE now() + interval '1 day' END`;

/** Parameters 2 to 4 of a statement with the two above. */
export const boundsOf = ({ from, days, to }: Period): unknown[] => [from, days, to];

/** The period a query names; `defaultDays` back when it names none (null: the whole trail). Throws when it is empty or named twice. */
export function periodOf(query: PeriodQuery, defaultDays: number | null): Period {
  if (query.days !== undefined && (query.from !== undefined || query.to !== undefined)) {
    const detail = 'cannot be combined with from or to';
    throw new Problem('invalid-request', `days ${detail}.`, { errors: [{ parameter: 'days', detail }] });
  }
  const days = query.days ?? (query.from === undefined && query.to === undefined ? defaultDays : null);
  const from = query.from === undefined ? null : instant('from', query.from);
  const to = query.to === undefined ? null : instant('to', query.to);
  if (from && to && (from.second > to.second || (from.second === to.second && from.fraction >= to.fraction))) {
    const detail = 'must be before to';
    throw new Problem('invalid-request', `from ${detail}.`, { errors: [{ parameter: 'from', detail }] });
  }
  return { days, from: from && textOf(from), to: to && textOf(to) };
}

/** A time in parts, because a Date holds no more than milliseconds. */
interface Instant {
  /** Milliseconds since 1970, a whole second. */
  readonly second: number;
  /** The digits after the second: nine, so that they can be compared as text. */
  readonly fraction: string;
}

const FRACTION = /(?<=:\d\d)\.(\d+)/;

/** A time without a zone is UTC, as everything here. */
function instant(parameter: string, text: string): Instant {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
  const second = Date.parse(zoned.replace(FRACTION, ''));
  if (Number.isNaN(second)) {
    const detail = 'must be a time such as 2026-11-22T14:00:00Z';
    throw new Problem('invalid-request', `${parameter} ${detail}.`, { errors: [{ parameter, detail }] });
  }
  return { second, fraction: (FRACTION.exec(zoned)?.[1] ?? '').slice(0, 9).padEnd(9, '0') };
}

const textOf = ({ second, fraction }: Instant): string =>
  new Date(second).toISOString().replace('.000Z', `.${fraction}Z`);
