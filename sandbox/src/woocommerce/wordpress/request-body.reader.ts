import { type PhpParams, parsePhpQuery } from './php-query.codec.ts';
import { FatalError } from './rest.error.ts';
import type { RawRequest } from './rest.types.ts';

/** The parameters in a body, JSON or form by its Content-Type; null for invalid JSON. The body of a GET is ignored. */
export function readBody({ method, headers, body }: RawRequest): Record<string, unknown> | null {
  if (body === '' || method === 'GET' || method === 'HEAD') return {};
  if (/^application\/(?:[\w.+-]+\+)?json/i.test(headers['content-type'] ?? '')) return readJson(body);
  return readForm({ headers, body });
}

/** The fields of a form, which also count when an OAuth signature is checked. */
export function readForm({ headers, body }: Pick<RawRequest, 'headers' | 'body'>): PhpParams {
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return isForm ? parsePhpQuery(body) : {};
}

function readJson(body: string): Record<string, unknown> | null {
  let value: unknown;
  try {
    value = /\\u[dD]/.test(body) ? JSON.parse(body, wellFormed) : JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value === 'string') throw new FatalError(); // recording 635
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Half a character is no JSON to PHP (recording 638). */
function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string' && !value.isWellFormed()) throw new SyntaxError('Half a surrogate pair.');
  return value;
}
