import type { Cursor, ReadQuery, Watermark } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import { idOf, shiftTime, text } from '../client/odoo.values.ts';

/** How far a read has come. Checkpoints store it, so its names stay as they are. Times are Odoo's text in whole seconds, UTC. */
export type PageCursor = FullCursor | ChangesCursor | PartsCursor;

interface ReadStart {
  /** A time of the server, not later than any change that the read can miss; null when the server had no record. */
  readonly began: string | null;
  readonly total: number | null;
}

/** Reads all records, by id. */
export interface FullCursor extends ReadStart {
  readonly mode: 'full';
  /** The greatest id that was read. */
  readonly after: number;
}

/** Reads the records of which a part has changed, by id: after those that changed themselves. */
export interface PartsCursor extends ReadStart {
  readonly mode: 'parts';
  readonly from: string;
  /** The greatest id that was read. */
  readonly after: number;
}

/** Reads by time of change. */
export interface ChangesCursor extends ReadStart {
  readonly mode: 'changes';
  /** All changes before this second are done. */
  readonly from: string;
  /**
   * Set while the second `from` is read by id. The database keeps microseconds and does not return them, so within a second neither the
   * time nor the id shows which rows were read, and one transaction may write more rows than fit on a page.
   */
  readonly after: number | null;
}

export function fullCursor(start: ReadStart): FullCursor {
  return { mode: 'full', after: 0, ...start };
}

/** Starts at the watermark less the overlap: rows carry the time when their transaction began, and appear when it ends. */
export function changesCursor(since: string, overlapSeconds: number, start: ReadStart): ChangesCursor {
  return { mode: 'changes', from: shiftTime(since, -overlapSeconds), after: null, ...start };
}

export function partsCursor(since: string, overlapSeconds: number, start: ReadStart): PartsCursor {
  return { mode: 'parts', from: shiftTime(since, -overlapSeconds), after: 0, ...start };
}

/** The query for the page at the cursor, but for what has changed of parts. Only `>=` and `<` mean the same before and after 18.4, and both are exact to the second. */
export function pageQuery(cursor: PageCursor): { domain: Domain; order: string } {
  if (cursor.mode !== 'changes') return { domain: [['id', '>', cursor.after]], order: 'id asc' };
  const since = ['write_date', '>=', cursor.from];
  if (cursor.after === null) return { domain: [since], order: 'write_date asc, id asc' };
  const domain = [since, ['write_date', '<', shiftTime(cursor.from, 1)], ['id', '>', cursor.after]];
  return { domain, order: 'id asc' };
}

/** The cursor after these rows, which have `id` and `write_date` and are at least one. They may be fewer than were asked for. */
export function cursorAfter<C extends PageCursor>(cursor: C, rows: readonly Row[]): C {
  const last = rows.at(-1);
  if (cursor.mode !== 'changes' || cursor.after !== null) return { ...cursor, after: idOf(last?.id) ?? 0 };
  const lastSecond = text(last?.write_date) ?? cursor.from;
  // The last second may have more rows, so it is read again: by id when it fills a page by itself.
  const filled = text(rows[0]?.write_date) === lastSecond;
  return { ...cursor, from: lastSecond, after: filled ? 0 : null };
}

/** The cursor when no row is left at `cursor`; null when there is nothing else to read. */
export function cursorAtEnd<C extends PageCursor>(cursor: C): C | null {
  if (cursor.mode !== 'changes' || cursor.after === null) return null;
  return { ...cursor, from: shiftTime(cursor.from, 1), after: null };
}

/**
 * What proves that rows are left after a page: more records of the domain than `seen`. A page with fewer rows than were asked for proves
 * nothing, since a module or a proxy may cap it.
 */
export function restOf(cursor: PageCursor, rows: readonly Row[]): { domain: Domain; seen: number } {
  if (rows.length === 0) return { domain: pageQuery(cursor).domain, seen: 0 };
  const next = cursorAfter(cursor, rows);
  if (next.mode !== 'changes' || cursor.after !== null) return { domain: pageQuery(next).domain, seen: 0 };
  const ofLastSecond = rows.filter((row) => text(row.write_date) === next.from);
  return { domain: pageQuery({ ...next, after: null }).domain, seen: ofLastSecond.length };
}

/** Whether `next` lies behind `cursor`, as it always does when the server looks at the conditions and the order of the search. */
export function isBehind(cursor: PageCursor, next: PageCursor): boolean {
  if (cursor.mode !== 'changes' || next.mode !== 'changes') return (next.after ?? 0) > (cursor.after ?? 0);
  if (next.from !== cursor.from) return next.from > cursor.from;
  return (next.after ?? -1) > (cursor.after ?? -1);
}

export function watermarkOf(began: string | null, since: string | null): Watermark {
  return { write_date: began ?? since ?? '1970-01-01 00:00:00' };
}

/** The time from which a query reads; null: a full read. */
export function sinceOf(query: ReadQuery): string | null {
  return query.mode === 'incremental' ? text(query.since?.write_date) : null;
}

/** Null for a value that is not a cursor of this connector. */
export function parseCursor(cursor: Cursor): PageCursor | null {
  const { mode, after, from } = cursor;
  if (mode === 'full' && typeof after === 'number') return cursor as unknown as FullCursor;
  if (typeof from !== 'string') return null;
  if (mode === 'parts' && typeof after === 'number') return cursor as unknown as PartsCursor;
  const fits = mode === 'changes' && (after === null || typeof after === 'number');
  return fits ? (cursor as unknown as ChangesCursor) : null;
}
