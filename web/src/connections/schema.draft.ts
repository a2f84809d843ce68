import type { Draft, FormProperty, FormSchema } from './schema.types.ts';

type Members = Readonly<Record<string, unknown>>;

/** What a form begins with: what there is, else the schema's defaults. */
export function draftOf({ properties }: FormSchema, values: Members = {}): Draft {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, typed(property, values[name] ?? property.default)]),
  );
}

function typed({ type }: FormProperty, value: unknown): string | boolean {
  if (type === 'boolean') return value === true;
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, type === 'object' ? 2 : 0);
}

export interface Read {
  /** null where a field is empty or holds its default, which brings the default back. */
  readonly members: Members;
  /** By the name of the member; empty: nothing is wrong that can be seen here. */
  readonly errors: Readonly<Record<string, string>>;
}

/** What was typed, as the service takes it. What only the service can know, it says itself. */
export function readDraft({ properties, required = [] }: FormSchema, draft: Draft): Read {
  const members: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = draft[name] ?? '';
    // A password may begin or end with a space.
    const text = typeof value === 'string' && !property.secret ? value.trim() : value;
    if (text === '') {
      if (required.includes(name)) errors[name] = 'Is required.';
      members[name] = null;
      continue;
    }
    try {
      const parsed = parse(property, text);
      members[name] = same(parsed, property.default) && !required.includes(name) ? null : parsed;
    } catch (error) {
      errors[name] = (error as Error).message;
    }
  }
  return { members, errors };
}

function parse(property: FormProperty, text: string | boolean): unknown {
  if (typeof text === 'boolean') return text;
  switch (property.type) {
    case 'integer':
    case 'number':
      return number(property, text);
    case 'array':
    case 'object':
      return json(property.type, text);
    default:
      return text;
  }
}

function number({ type, minimum, maximum }: FormProperty, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error('Must be a number.');
  if (type === 'integer' && !Number.isSafeInteger(value)) throw new Error('Must be a whole number.');
  if (minimum !== undefined && value < minimum) throw new Error(`Must not be less than ${minimum}.`);
  if (maximum !== undefined && value > maximum) throw new Error(`Must not be greater than ${maximum}.`);
  return value;
}

function json(type: 'array' | 'object', text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`Is not JSON: ${(error as Error).message}.`);
  }
  if (type === 'array' && !Array.isArray(value)) throw new Error('Must be a list, in square brackets.');
  if (type === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value)))
    throw new Error('Must be an object, in curly brackets.');
  return value;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Without the empty ones: at creation there is nothing that null could bring back. */
export const given = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
