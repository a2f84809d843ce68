import { Problem } from './problem.ts';
import { isStorableText } from './validation.ts';

/** A cursor of a list that is not in the order of time: the list's name and the sort key of its last row, as texts. */
export function encodeTuple(list: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

/** The sort key, of `length` texts. Throws Problem invalid-request for anything that `encodeTuple` did not make for this list. */
export function decodeTuple(list: string, length: number, cursor: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === length + 1 && parts[0] === list) {
      const key = parts.slice(1);
      if (key.every((part): part is string => typeof part === 'string' && isStorableText(part))) return key;
    }
  } catch {
    // Falls through: not base64url of JSON.
  }
  throw notACursor('is not a cursor of this list; use a cursor of an earlier response unchanged');
}

/** `detail` says what is wrong with the query parameter `cursor`. */
export function notACursor(detail: string): Problem {
  return new Problem('invalid-request', `cursor ${detail}.`, { errors: [{ parameter: 'cursor', detail }] });
}
