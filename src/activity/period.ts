import { Problem } from '../common/problem.ts';
import type { Period } from './activity.sql.ts';
import type { PeriodQuery } from './dto/requests.dto.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const BEGINNING = '1970-01-01T00:00:00Z';

/**
 * The period a query names; `defaultDays` back when it names none (null: the whole trail). `to` lies a little ahead of now:
 * the database's clock, which dated the newest entry, may be ahead of ours. Throws when it is empty or named twice.
 */
export function periodOf(query: PeriodQuery, defaultDays: number | null, now = Date.now()): Period {
  if (query.days !== undefined && (query.from !== undefined || query.to !== undefined)) {
    const detail = 'cannot be combined with from or to';
    throw new Problem('invalid-request', `days ${detail}.`, { errors: [{ parameter: 'days', detail }] });
  }
  const days = query.days ?? (query.from === undefined && query.to === undefined ? defaultDays : null);
  const from = days === null ? instant('from', query.from ?? BEGINNING) : new Date(now - days * DAY_MS).toISOString();
  const to = instant('to', query.to ?? new Date(now + DAY_MS).toISOString());
  if (Date.parse(from) >= Date.parse(to)) {
    const detail = 'must be before to';
    throw new Problem('invalid-request', `from ${detail}.`, { errors: [{ parameter: 'from', detail }] });
  }
  return { from, to };
}

/** A time without a zone is UTC, as everything here. */
function instant(parameter: string, text: string): string {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
  const time = Date.parse(zoned);
  if (Number.isNaN(time)) {
    const detail = 'must be a time such as 2026-11-22T14:00:00Z';
    throw new Problem('invalid-request', `${parameter} ${detail}.`, { errors: [{ parameter, detail }] });
  }
  return new Date(time).toISOString();
}
