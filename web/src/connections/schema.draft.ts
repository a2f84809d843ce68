type Members = Readonly<Record<string, unknown>>;

/** The initial content of a form: the given values, otherwise the defaults of the schema. */
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

export interface ParsedDraft {
  /** null for an empty field or a default value; the service then uses the default. */
  readonly members: Members;
  /** By the name of the field; empty: the page found no error. */
  readonly errors: Readonly<Record<string, string>>;
}

/** Converts the text of the fields to values for the service, which validates the rest. */
export function parseDraft({ properties, required = [] }: FormSchema, draft: Draft): ParsedDraft {
  const members: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = draft[name] ?? '';
    // A password may start or end with a space.
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

/** Leaves out null: a new connection has no values that null could reset. */
export const withoutNulls = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));

/** The JSON Schemas of the catalogue: one flat object. */
export interface FormSchema {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, FormProperty>>;
}

export interface FormProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly title: string;
  readonly description?: string;
  /** Write-only, shown as a password field. */
  readonly secret?: boolean;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** The content of the fields: text as typed, and booleans for checkboxes. */
export type Draft = Readonly<Record<string, string | boolean>>;
