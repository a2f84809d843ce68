import { DAY, type ParsedDatetime, parseDatetime, SECOND } from './datetime.format.ts';
import type { Condition } from './domain.parser.ts';
import type { OdooVersion } from './model.types.ts';
import { OdooError, valueError } from './odoo.error.ts';
import { pythonRepr } from './python.format.ts';
import type { Stored } from './record.types.ts';

export interface DatetimeTest {
  holds(stored: Stored): boolean;
  /** All matching values lie from `from` (included) to `before` (excluded), microseconds. */
  from: number;
  before: number;
}

/**
 * A condition on a date and time. 18 compares the stored microseconds, so `> w` finds the row that shows w. 19 compares
 * whole seconds: `>` means from the next second on, `<=` up to the end of that second.
 */
export function datetimeTest(version: OdooVersion, { operator, value }: Condition): DatetimeTest {
  const negative = operator === '!=' || operator === 'not in';
  if (negative || operator === '=' || operator === 'in') {
    const wanted = (Array.isArray(value) ? value : [value]).map((item) => equality(version, item));
    const holds = (stored: Stored) => wanted.some((test) => test.holds(stored)) !== negative;
    if (negative || wanted.some(({ from }) => from === Number.NEGATIVE_INFINITY)) return { holds, ...EVERYTHING };
    const [from, before] = [Math.min(...wanted.map((w) => w.from)), Math.max(...wanted.map((w) => w.before))];
    return { holds, from, before };
  }
  if (value === false || value === null) return { holds: () => false, ...EVERYTHING };
  const range = version === 18 ? rangeOn18(operator, value) : rangeOn19(operator, value);
  const holds = (stored: Stored) => typeof stored === 'number' && stored >= range.from && stored < range.before;
  return { holds, ...range };
}

const EVERYTHING = { from: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };

function equality(version: OdooVersion, value: unknown): DatetimeTest {
  if (value === false || value === null) return { holds: (stored) => stored === null, ...EVERYTHING };
  const { micros } = parsed(version, value);
  const from = version === 18 ? micros : Math.floor(micros / SECOND) * SECOND;
  const before = version === 18 ? micros + 1 : from + SECOND;
  return { holds: (stored) => typeof stored === 'number' && stored >= from && stored < before, from, before };
}

function rangeOn18(operator: string, value: unknown) {
  const { micros, isDay } = parsed(18, value);
  // A day means its midnight, or its end where that is the natural reading.
  const limit = isDay && (operator === '>' || operator === '<=') ? micros + DAY - SECOND : micros;
  return span(operator, limit, 1, value);
}

function rangeOn19(operator: string, value: unknown) {
  const { micros, isDay } = parsed(19, value);
  return span(operator, Math.floor(micros / SECOND) * SECOND, isDay ? DAY : SECOND, value);
}

/** `step` is the resolution of the comparison. */
function span(operator: string, limit: number, step: number, value: unknown) {
  switch (operator) {
    case '>':
      return { from: limit + step, before: Number.POSITIVE_INFINITY };
    case '>=':
      return { from: limit, before: Number.POSITIVE_INFINITY };
    case '<':
      return { from: Number.NEGATIVE_INFINITY, before: limit };
    case '<=':
      return { from: Number.NEGATIVE_INFINITY, before: limit + step };
    default:
      throw valueError(`Invalid operator ${pythonRepr(operator)} for a datetime, value ${pythonRepr(value)}`);
  }
}

function parsed(version: OdooVersion, value: unknown): ParsedDatetime {
  const read = typeof value === 'string' ? parseDatetime(value) : null;
  if (!read) {
    if (version === 19) throw valueError(`Invalid isoformat string: ${pythonRepr(value)}`);
    throw new OdooError(
      'psycopg2.errors.InvalidDatetimeFormat',
      `invalid input syntax for type timestamp: "${String(value)}"\n`,
    );
  }
  if (version === 19 && read.hasZone) {
    throw valueError(`expecting only datetimes with no timezone: ${pythonRepr(value)}`);
  }
  return read;
}
