/** Before the key of a create, to distinguish a mark from a reference that people entered. */
const PREFIX = 'sync:';

/** The mark of a created record, by which it is found when the response to the create was lost. */
export function markOf(key: string): string {
  return `${PREFIX}${key}`;
}

function isMark(value: string | null): boolean {
  return value?.startsWith(PREFIX) ?? false;
}

/** A reference or code that people entered; null for a mark. */
export function withoutMark(value: string | null): string | null {
  return isMark(value) ? null : value;
}

/** The marks in internal notes, which are HTML. */
export function marksIn(html: unknown): string[] {
  return typeof html === 'string' ? (html.match(/sync:[\w:-]+/g) ?? []) : [];
}
