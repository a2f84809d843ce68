import { Problem } from './problem.ts';

/** Where a keyset page ended: the sort key of its last row, which no other row has. */
export interface Keyset {
  /** RFC 3339 with microseconds, as Postgres prints it. */
  readonly at: string;
  readonly id: string;
}

const AT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00:00$/;

/** Whether it is a time in the format of our responses. */
export const isInstant = (text: string): boolean => AT.test(text) && !Number.isNaN(Date.parse(text));

function encodeCursor(keyset: Keyset): string {
  return Buffer.from(JSON.stringify([keyset.at, keyset.id])).toString('base64url');
}

/** Throws Problem invalid-request when it is not a cursor that `encodeCursor` made. */
export function decodeCursor(cursor: string): Keyset {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    if (typeof at === 'string' && isInstant(at) && typeof id === 'string' && id !== '') return { at, id };
  } catch {
    // Falls through: not base64url of JSON.
  }
  const detail = 'is not a cursor of this list; use next_cursor of an earlier response unchanged';
  throw new Problem('invalid-request', `cursor ${detail}.`, { errors: [{ parameter: 'cursor', detail }] });
}

/** A page of a keyset list. `next_cursor` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** Makes a page of at most `limit` items from rows that were read with `LIMIT limit + 1`, so that the last page is known. */
export function toPage<T>(rows: readonly T[], limit: number, keyset: (row: T) => Keyset): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last ? encodeCursor(keyset(last)) : null };
}
