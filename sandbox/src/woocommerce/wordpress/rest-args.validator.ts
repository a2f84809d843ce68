import { RestError } from './rest.error.ts';
import type { ArgSpec } from './rest.types.ts';
import { wordsOf } from './rest-args.sanitizer.ts';
import { isEmail } from './text.formatting.ts';

interface Complaint {
  code: string;
  message: string;
  data: { param: string } | null;
}

/** The dates that rest_parse_date() accepts. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}(?::\d{2})?)?$/;

type Args = Readonly<Record<string, ArgSpec>>;

/** Throws all missing parameters, else all invalid ones, in the order of `args` (recordings 05 to 07, 30). Null is always valid, as in WordPress. */
export function validateArgs(args: Args, given: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(args).filter((name) => args[name]?.required && given[name] === undefined);
  if (missing.length > 0) {
    const message = `Missing parameter(s): ${missing.join(', ')}`;
    throw new RestError('rest_missing_callback_param', message, 400, { params: missing });
  }
  const params: Record<string, string> = {};
  const details: Record<string, Complaint> = {};
  for (const [name, spec] of Object.entries(args)) {
    const complaint = (given[name] ?? null) === null ? null : complain(name, given[name], spec);
    if (complaint === null) continue;
    params[name] = complaint.message;
    details[name] = complaint;
  }
  const names = Object.keys(details).join(', ');
  if (names === '') return;
  throw new RestError('rest_invalid_param', `Invalid parameter(s): ${names}`, 400, { params, details });
}

/** The first thing wrong with a value, or null. Messages are WordPress's, as in recordings 05, 35 and 73. */
function complain(name: string, value: unknown, spec: ArgSpec): Complaint | null {
  if (spec.idList || spec.type === 'any') return null;
  if (!hasType(value, spec)) {
    return { code: 'rest_invalid_type', message: `${name} is not of type ${spec.type}.`, data: { param: name } };
  }
  if (spec.enum && !spec.enum.includes(String(value))) {
    return { code: 'rest_not_in_enum', message: `${name} is not one of ${sentenceList(spec.enum)}.`, data: null };
  }
  if (spec.format === 'email' && !isEmail(String(value))) {
    return { code: 'rest_invalid_email', message: 'Invalid email address.', data: null };
  }
  if (spec.format === 'date-time' && !DATE_TIME.test(String(value))) {
    return { code: 'rest_invalid_date', message: 'Invalid date.', data: null }; // recording 71
  }
  if (spec.type === 'integer') return complainOfBounds(name, Number(value), spec);
  return complainOfParts(name, value, spec);
}

function complainOfBounds(name: string, value: number, { minimum, maximum }: ArgSpec): Complaint | null {
  if (value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity)) return null;
  let bounds = `less than or equal to ${maximum}`;
  if (maximum === undefined) bounds = `greater than or equal to ${minimum}`;
  else if (minimum !== undefined) bounds = `between ${minimum} (inclusive) and ${maximum} (inclusive)`;
  return { code: 'rest_out_of_bounds', message: `${name} must be ${bounds}`, data: null };
}

function complainOfParts(name: string, value: unknown, spec: ArgSpec): Complaint | null {
  const parts = spec.type === 'array' && typeof value === 'string' ? wordsOf(value) : value;
  if (typeof parts !== 'object' || parts === null) return null;
  for (const [key, part] of Object.entries(parts)) {
    const partSpec = spec.type === 'array' ? spec.items : spec.properties?.[key];
    const complaint =
      partSpec && (part !== null || spec.refusesNull) ? complain(`${name}[${key}]`, part, partSpec) : null;
    if (complaint) return complaint;
  }
  return null;
}

function hasType(value: unknown, { type }: ArgSpec): boolean {
  switch (type) {
    case 'integer':
      return (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) && isWhole(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean' || ['0', '1', 'true', 'false'].includes(String(value).toLowerCase());
    case 'array': // an object only as PHP's decoded form of a list
      return Array.isArray(value) || typeof value === 'string' || isRecordOf(value, /^\d+$/);
    case 'object': // PHP cannot tell [] from {}
      return value === '' || (typeof value === 'object' && value !== null);
    case 'any':
      return true;
  }
}

function isWhole(value: number | string): boolean {
  return Number.isInteger(Number(value));
}

function isRecordOf(value: unknown, key: RegExp): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).every((name) => key.test(name));
}

/** "a", "a and b", "a, b, and c", as WordPress joins lists. */
function sentenceList(words: readonly string[]): string {
  if (words.length < 3) return words.join(' and ');
  return `${words.slice(0, -1).join(', ')}, and ${words.at(-1)}`;
}
