/** Before the key of a create, so that a mark is told from a reference that people gave. */
const PREFIX = 'sync:';

/** What a record is marked with, so that a create whose answer was lost is found again. */
export function markOf(key: string): string {
  return `${PREFIX}${key}`;
}

function isMark(value: string | null): boolean {
  return value?.startsWith(PREFIX) ?? false;
}

/** A reference or code as people gave it: a mark stands for none. */
export function withoutMark(value: string | null): string | null {
  return isMark(value) ? null : value;
}

/** In internal notes, which are HTML. */
export function marksIn(html: unknown): string[] {
  return typeof html === 'string' ? (html.match(/sync:[\w:-]+/g) ?? []) : [];
}
