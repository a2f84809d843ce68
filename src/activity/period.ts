import { Problem } from '../common/problem.ts';
import type { Period } from './activity.sql.ts';
import type { PeriodQuery } from './dto/requests.dto.ts';

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
