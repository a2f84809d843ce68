import { Big } from 'big.js';
import { parseDatetime, SECOND } from './datetime.format.ts';
import { digitsOf } from './field.digits.ts';
import type { Environment, Field } from './model.types.ts';
import { OdooError, referenceError, userError, valueError } from './odoo.error.ts';
import { pythonRepr } from './python.format.ts';
import type { Stored } from './record.types.ts';

export interface FieldPlace {
  env: Environment;
  model: string;
  name: string;
  field: Field;
}

/** Converts a value from a client to the stored one; does not take x2many commands. Throws as the server does. */
export function toStored(place: FieldPlace, value: unknown): Stored {
  const { env, model, name, field } = place;
  if (field.type === 'boolean') return Boolean(value);
  if (value === null || value === undefined || value === false) return null;
  switch (field.type) {
    case 'integer':
      return Math.trunc(numeric(value));
    case 'float':
    case 'monetary':
      return roundTo(numeric(value), digitsOf(env.db, field)?.[1] ?? 2);
    case 'datetime':
      return datetime(env, value);
    case 'html':
      return asHtml(textOf(value));
    case 'binary':
      return asImage(String(value));
    case 'selection':
      if (field.selection?.some(([known]) => known === value)) return String(value);
      throw valueError(`Wrong value for ${model}.${name}: ${pythonRepr(value)}`);
    case 'many2one':
      return many2one(place, value);
    default: {
      const text = textOf(value);
      // An empty name counts as one (recording 842).
      return text === '' && name !== 'name' ? null : text;
    }
  }
}

/** Recording 843. */
function textOf(value: unknown): string {
  const text = String(value);
  if (text.includes('\u0000')) throw valueError('A string literal cannot contain NUL (0x00) characters.');
  return text;
}

/** How files of the usual kinds begin. What is no base64 at all is accepted (recordings 765 and 766). */
const IMAGE = /^(?:\x89PNG|\xff\xd8|GIF8|RIFF|BM|\s*<)/;

function asImage(text: string): string {
  const isBase64 = /^[A-Za-z0-9+/\s]+=*\s*$/.test(text);
  if (!isBase64 || IMAGE.test(Buffer.from(text, 'base64').toString('latin1'))) return text;
  throw userError('This file could not be decoded as an image file.');
}

/** Rounds half away from zero, as Odoo does; exact, because it works on the shortest decimal text of the number. */
export function roundTo(value: number, digits: number): number {
  return new Big(value).round(digits, Big.roundHalfUp).toNumber();
}

function numeric(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (number === true) return 1;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  if (typeof value === 'string') throw valueError(`could not convert string to float: ${pythonRepr(value)}`);
  throw new OdooError(
    'builtins.TypeError',
    `float() argument must be a string or a real number, not '${Array.isArray(value) ? 'list' : 'dict'}'`,
  );
}

/** Accepts only `YYYY-MM-DD HH:MM:SS`: T, Z and decimals fail, unlike in a domain. */
function datetime(env: Environment, value: unknown): number {
  const text = String(value);
  const read = parseDatetime(text);
  if (!read || !/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(text)) {
    throw valueError(`time data ${pythonRepr(value)} does not match format '%Y-%m-%d %H:%M:%S'`);
  }
  return env.internal ? read.micros : Math.floor(read.micros / SECOND) * SECOND;
}

/** Odoo's sanitizer wraps plain text in a paragraph and removes anything executable. */
function asHtml(text: string): string | null {
  if (text.trim() === '') return null;
  const harmless = text.replace(/<script[\s\S]*?<\/script>/gi, '').replace(/ on\w+="[^"]*"/gi, '');
  const escaped = harmless.replace(/&(?!#?\w+;)/g, '&amp;');
  return /<[a-z][^>]*>/i.test(harmless) ? escaped : `<p>${escaped.replaceAll('<', '&lt;')}</p>`;
}

function many2one({ env, model, name, field }: FieldPlace, value: unknown): number {
  const id = Array.isArray(value) ? value[0] : value;
  if (typeof id !== 'number' || !Number.isInteger(id)) {
    throw new OdooError(
      'psycopg2.errors.InvalidTextRepresentation',
      `invalid input syntax for type integer: "${String(id)}"\nLINE 1: ...\n             ^\n`,
    );
  }
  if (env.db.table(field.relation ?? '').has(id)) return id;
  throw referenceError(env.version, env.db.model(model), name);
}
