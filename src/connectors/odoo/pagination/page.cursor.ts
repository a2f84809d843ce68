import type { Cursor, ReadQuery, Watermark } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import { idOf, shiftTime, text } from '../client/odoo.values.ts';

/** Where a walk stands. Times are Odoo's text in whole seconds, UTC. */
export type WalkCursor = FullCursor | ChangesCursor;

interface Walk {
  /** A time of the server that lies before anything the walk can have missed; null: the server had nothing at all. */
  readonly began: string | null;
  readonly total: number | null;
}

/** By id, over everything. */
export interface FullCursor extends Walk {
  readonly walk: 'full';
  /** The greatest id seen. */
  readonly after: number;
}

/** By time of change. `part`: the records themselves are done, now those whose change counts as theirs. */
export interface ChangesCursor extends Walk {
  readonly walk: 'changes';
  readonly part: boolean;
  /** Everything changed before this second is done. */
  readonly from: string;
  /**
   * Set while the one second `from` is walked by id. The database keeps microseconds that are not shown, so that within a second
   * neither the time shown nor the id tells what was seen; and one transaction may write more rows than fit a page.
   */
  readonly after: number | null;
}

export function fullCursor(walk: Walk): FullCursor {
  return { walk: 'full', after: 0, ...walk };
}

/** From the watermark less the overlap: a transaction carries the time of its start and is seen when it ends. */
export function changesCursor(since: string, overlapSeconds: number, walk: Walk): ChangesCursor {
  return { walk: 'changes', part: false, from: shiftTime(since, -overlapSeconds), after: null, ...walk };
}

/** What to ask for at the cursor. Only `>=` and `<` mean the same before and after 18.4, and both are exact to the second. */
export function pageOf(cursor: WalkCursor): { domain: Domain; order: string } {
  if (cursor.walk === 'full') return { domain: [['id', '>', cursor.after]], order: 'id asc' };
  const since = ['write_date', '>=', cursor.from];
  if (cursor.after === null) return { domain: [since], order: 'write_date asc, id asc' };
  const domain = [since, ['write_date', '<', shiftTime(cursor.from, 1)], ['id', '>', cursor.after]];
  return { domain, order: 'id asc' };
}

/** After a page of rows with `id` and `write_date`; null: nothing is left. */
export function nextCursor<C extends WalkCursor>(cursor: C, rows: readonly Row[], limit: number): C | null {
  const whole = rows.length >= limit;
  const last = rows.at(-1);
  const lastId = idOf(last?.id) ?? 0;
  if (cursor.walk === 'full') return whole ? { ...cursor, after: lastId } : null;
  if (cursor.after !== null) {
    return whole ? { ...cursor, after: lastId } : { ...cursor, from: shiftTime(cursor.from, 1), after: null };
  }
  if (!whole || last === undefined) return null;
  const lastSecond = text(last.write_date) ?? cursor.from;
  // The last second may go on: it is asked for again. When it fills a page by itself, by id.
  const filled = text(rows[0]?.write_date) === lastSecond;
  return { ...cursor, from: lastSecond, after: filled ? 0 : null };
}

export function watermarkOf(began: string | null, since: string | null): Watermark {
  return { write_date: began ?? since ?? '1970-01-01 00:00:00' };
}

/** The time a query starts from; null: a full walk. */
export function sinceOf(query: ReadQuery): string | null {
  return query.mode === 'incremental' ? text(query.since?.write_date) : null;
}

/** Null for what is no cursor of this walk. */
export function parseCursor(cursor: Cursor): WalkCursor | null {
  const { walk, after, from } = cursor;
  if (walk === 'full' && typeof after === 'number') return cursor as unknown as FullCursor;
  const fits = walk === 'changes' && typeof from === 'string' && (after === null || typeof after === 'number');
  return fits ? (cursor as unknown as ChangesCursor) : null;
}
