import type { Match } from '../../contract/connector.types.ts';

/** Before the key of a create, to distinguish a mark from a reference that people entered. */
const PREFIX = 'sync:';

/** The mark of a created record, by which it is found when the response to the create was lost. */
export function markOf(key: string): string {
  return `${PREFIX}${key}`;
}

function isMark(value: string | null): value is string {
  return value?.startsWith(PREFIX) ?? false;
}

/** A reference or code that people entered; null for a mark. */
export function withoutMark(value: string | null): string | null {
  return isMark(value) ? null : value;
}

/** Whose create made what carries these marks, references and codes: of this key, of another one, or a person. */
export function madeFor(key: string, values: readonly (string | null)[]): Pick<Match, 'marked' | 'markedForAnother'> {
  const marks = values.filter(isMark);
  if (marks.includes(markOf(key))) return { marked: true };
  return marks.length > 0 ? { markedForAnother: true } : {};
}

/** The marks in internal notes, which are HTML. */
export function marksIn(html: unknown): string[] {
  return typeof html === 'string' ? (html.match(/sync:[\w:-]+/g) ?? []) : [];
}
