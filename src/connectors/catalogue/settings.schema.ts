import type { ProblemField } from '../../common/problem.ts';
import type { SettingsProperty, SettingsSchema } from '../contract/connector.types.ts';

export type Members = Readonly<Record<string, unknown>>;

/** The members that were given, without null ones, or what is wrong with them. */
export type Checked = { readonly members: Members; readonly errors: readonly ProblemField[] };

/** Longer than any key or domain filter; what has no maxLength of its own keeps to it, as text or as JSON. */
const MAX_LENGTH = 8_000;

/**
 * Holds an object of a body against the schema of its connector. null is the member left out. `pointer` is where the object
 * stands: `#/credentials`. No detail repeats a value: it may be a secret.
 */
export function checkAgainst(schema: SettingsSchema, given: Members, pointer: string): Checked {
  const members = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(members, name));
  const errors = [
    ...missing.map((name) => ({ pointer: `${pointer}/${escaped(name)}`, detail: 'is required' })),
    ...Object.entries(members).flatMap(([name, value]) => {
      const detail = wrongWith(value, name, schema);
      return detail === undefined ? [] : [{ pointer: `${pointer}/${escaped(name)}`, detail }];
    }),
  ];
  return { members, errors };
}

/** What a connector is given: the members with the schema's defaults in the place of those left out. */
export function withDefaults(schema: SettingsSchema, members: Members): Members {
  const defaults = Object.entries(schema.properties).flatMap(([name, property]) =>
    property.default === undefined ? [] : [[name, property.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...members };
}

/** A part of a JSON pointer (RFC 6901). */
export const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

function wrongWith(value: unknown, name: string, schema: SettingsSchema): string | undefined {
  // Not by plain access: `constructor` is a member of every object.
  const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (!property) return 'is not a known field';
  if (value === '' && schema.required?.includes(name)) return 'must not be empty';
  return wrongType(value, property) ?? wrongSize(value, property) ?? notOneOf(value, property);
}

function wrongType(value: unknown, { type }: SettingsProperty): string | undefined {
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

function wrongSize(value: unknown, { minimum, maximum, maxLength = MAX_LENGTH }: SettingsProperty): string | undefined {
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `must not be less than ${minimum}`;
    if (maximum !== undefined && value > maximum) return `must not be greater than ${maximum}`;
    return undefined;
  }
  const length = typeof value === 'string' ? value.length : JSON.stringify(value).length;
  return length > maxLength ? `must not be longer than ${maxLength} characters` : undefined;
}

function notOneOf(value: unknown, { enum: allowed }: SettingsProperty): string | undefined {
  if (!allowed) return undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((one) => allowed.includes(one as string)) ? undefined : `must be one of ${allowed.join(', ')}`;
}
