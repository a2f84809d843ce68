import type { ProblemField } from '../../common/problem.ts';
import type { SettingsProperty, SettingsSchema } from '../contract/connector.types.ts';

export type Members = Readonly<Record<string, unknown>>;

/** The given members, trimmed and without null ones, and the errors in them. */
export type Validated = { readonly members: Members; readonly errors: readonly ProblemField[] };

/** For members without a maxLength, as text or as JSON. It is longer than any key or Odoo domain. */
const MAX_LENGTH = 8_000;

/** What comes along when people copy a key or an address, also the blanks that nobody sees. */
const BLANKS = '[\\s\\u00AD\\u200B-\\u200F\\u2060\\uFEFF]+';
const AROUND = new RegExp(`^${BLANKS}|${BLANKS}$`, 'g');

/** Without blanks and line ends around it. Those inside stay. */
export const trimmed = (text: string): string => text.replace(AROUND, '');

/**
 * Validates an object of a request body. Texts are trimmed. A member that is null counts as left out. `pointer` is the place of the object in the body:
 * `#/credentials`. No error repeats a value, which may be a secret.
 */
export function validate(schema: SettingsSchema, given: Members, pointer: string): Validated {
  const present = Object.entries(given).filter(([, value]) => value !== null);
  const members = Object.fromEntries(
    present.map(([name, value]) => [name, typeof value === 'string' ? trimmed(value) : value]),
  );
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(members, name));
  const errors = [
    ...missing.map((name) => ({ pointer: `${pointer}/${escaped(name)}`, detail: 'is required' })),
    ...Object.entries(members).flatMap(([name, value]) => {
      const detail = errorIn(value, name, schema);
      return detail === undefined ? [] : [{ pointer: `${pointer}/${escaped(name)}`, detail }];
    }),
  ];
  return { members, errors };
}

/** The members, with the schema's defaults for those left out. */
export function withDefaults(schema: SettingsSchema, members: Members): Members {
  const defaults = Object.entries(schema.properties).flatMap(([name, property]) =>
    property.default === undefined ? [] : [[name, property.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...members };
}

/** A part of a JSON pointer (RFC 6901). */
export const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

function errorIn(value: unknown, name: string, schema: SettingsSchema): string | undefined {
  // Object.hasOwn, because every object has a member `constructor`.
  const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (!property) return 'is not a known field';
  if (value === '' && schema.required?.includes(name)) return 'must not be empty';
  return typeError(value, property) ?? sizeError(value, property) ?? enumError(value, property);
}

function typeError(value: unknown, { type }: SettingsProperty): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'must be text';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : 'must be a whole number';
    case 'number':
      return Number.isFinite(value) ? undefined : 'must be a number';
    case 'array':
      return Array.isArray(value) ? undefined : 'must be an array';
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? undefined : 'must be an object';
  }
}

function sizeError(value: unknown, { minimum, maximum, maxLength = MAX_LENGTH }: SettingsProperty): string | undefined {
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `must not be less than ${minimum}`;
    if (maximum !== undefined && value > maximum) return `must not be greater than ${maximum}`;
    return undefined;
  }
  const length = typeof value === 'string' ? value.length : JSON.stringify(value).length;
  return length > maxLength ? `must not be longer than ${maxLength} characters` : undefined;
}

function enumError(value: unknown, { enum: allowed }: SettingsProperty): string | undefined {
  if (!allowed) return undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((one) => allowed.includes(one as string)) ? undefined : `must be one of ${allowed.join(', ')}`;
}
