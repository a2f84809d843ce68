import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import { odooTime } from '../client/odoo.values.ts';
import {
  type ChangesCursor,
  changesCursor,
  cursorAfter,
  cursorAtEnd,
  fullCursor,
  isBehind,
  type PageCursor,
  pageQuery,
  parseCursor,
  restOf,
} from './page.cursor.ts';

/** A row as the database has it: the time in microseconds, of which only whole seconds are shown. */
interface Stored {
  id: number;
  micros: number;
}

const START = Date.parse('2026-05-01T10:00:00Z');
const shownTime = (micros: number) => odooTime(START + Math.floor(micros / 1e6) * 1000) ?? '';
const microsOf = (time: string) => (Date.parse(`${time.replace(' ', 'T')}Z`) - START) * 1000;

function search(table: readonly Stored[], domain: Domain, order: string, limit: number) {
  const fits = (row: Stored) =>
    (domain as [string, string, string | number][]).every(([field, operator, value]) => {
      const [left, right] = field === 'id' ? [row.id, Number(value)] : [row.micros, microsOf(String(value))];
      return operator === '>=' ? left >= right : operator === '<' ? left < right : left > right;
    });
  const byId = (a: Stored, b: Stored) => a.id - b.id;
  const sorted = table.filter(fits).sort(order === 'id asc' ? byId : (a, b) => a.micros - b.micros || byId(a, b));
  return sorted.slice(0, limit).map(({ id, micros }) => ({ id, write_date: shownTime(micros) }));
}

/**
 * Reads to the end, with `between` after each page; returns the latest change of each id that was read. A page has at most as many rows as
 * the server likes, which is less than was asked for, or not.
 */
function readAll(
  start: PageCursor,
  table: Stored[],
  limit: () => number,
  between: () => void,
  cap = () => Number.POSITIVE_INFINITY,
) {
  const seen = new Map<number, number>();
  let cursor: PageCursor | null = start;
  let pages = 0;
  while (cursor) {
    const { domain, order } = pageQuery(cursor);
    const size = limit();
    const rows = search(table, domain, order, Math.min(size, cap()));
    for (const { id } of rows) seen.set(id, table.find((row) => row.id === id)?.micros ?? 0);
    cursor = following(parseCursor(JSON.parse(JSON.stringify(cursor))) ?? cursor, rows, size, table);
    between();
    if (++pages > 500) throw new Error('The pagination does not end.');
  }
  return seen;
}

/** As the reader goes on. */
function following(cursor: PageCursor, rows: Row[], limit: number, table: Stored[]): PageCursor | null {
  const rest = restOf(cursor, rows);
  const left = search(table, rest.domain, 'id asc', Number.POSITIVE_INFINITY).length;
  if (rows.length < limit && left <= rest.seen) return cursorAtEnd(cursor);
  const next = cursorAfter(cursor, rows);
  expect(isBehind(cursor, next)).toBe(true);
  return next;
}

const NOTHING = { began: null, total: null };

describe('reading by time of change', () => {
  // Many rows in few seconds, so that seconds fill whole pages and microseconds run against the ids.
  const tables = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 60 }), micros: fc.integer({ min: 0, max: 4e6 }) }),
    {
      selector: ({ id }) => id,
      maxLength: 50,
    },
  );

  it('sees every row once at least, whatever the page size, however many share a second and however few Odoo shows', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    const inTurn = (numbers: number[]) => {
      let turn = 0;
      return () => numbers[turn++ % numbers.length] ?? 1;
    };
    fc.assert(
      fc.property(tables, sizes, sizes, (table, limits, caps) => {
        const starts = [changesCursor(shownTime(0), 0, NOTHING), fullCursor(NOTHING)];
        for (const start of starts) {
          const seen = readAll(start, table, inTurn(limits), () => {}, inTurn(caps));
          expect([...seen.keys()].sort()).toEqual(table.map(({ id }) => id).sort());
        }
      }),
    );
  });

  it('together with the next read misses no change that is made under it or committed late', () => {
    const change = fc.record({
      id: fc.integer({ min: 1, max: 60 }),
      // Seconds until the change, and how long its transaction took: always less than the overlap.
      pause: fc.double({ min: 0, max: 3, noNaN: true }),
      took: fc.double({ min: 0, max: 1.9, noNaN: true }),
    });
    fc.assert(
      fc.property(
        tables,
        fc.array(change, { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        (table, script, size, cap) => {
          // Transactions that began before the newest change there is may still commit after it.
          let clock = Math.max(0, ...table.map(({ micros }) => micros));
          const began = shownTime(Math.max(0, ...table.map(({ micros }) => micros)));
          const pending = [...script];
          const disturb = () => {
            const next = pending.shift();
            if (!next) return;
            clock += Math.round(next.pause * 1e6) + 1;
            const micros = clock - Math.round(next.took * 1e6);
            const row = table.find(({ id }) => id === next.id);
            if (row) row.micros = Math.max(micros, row.micros + 1);
            else table.push({ id: next.id, micros });
          };
          const first = readAll(
            changesCursor(shownTime(0), 2, NOTHING),
            table,
            () => size,
            disturb,
            () => cap,
          );
          while (pending.length > 0) disturb();
          const second = readAll(
            changesCursor(began, 2, NOTHING),
            table,
            () => size,
            () => {},
            () => cap,
          );
          for (const { id, micros } of table) expect(second.get(id) ?? first.get(id)).toBe(micros);
        },
      ),
    );
  });

  it('asks for one second by id once that second fills a page', () => {
    const cursor: ChangesCursor = {
      mode: 'changes',
      from: '2026-05-01 10:00:00',
      after: null,
      ...NOTHING,
    };
    const rows = [3, 1].map((id) => ({ id, write_date: '2026-05-01 10:00:07' }));
    const next = cursorAfter(cursor, rows);
    expect(next).toMatchObject({ from: '2026-05-01 10:00:07', after: 0 });
    expect(pageQuery(next)).toEqual({
      domain: [
        ['write_date', '>=', '2026-05-01 10:00:07'],
        ['write_date', '<', '2026-05-01 10:00:08'],
        ['id', '>', 0],
      ],
      order: 'id asc',
    });
  });
});

describe('a full read', () => {
  it('reads by id, on from the last row that came', () => {
    const cursor = fullCursor({ began: null, total: 3 });
    expect(pageQuery(cursor)).toEqual({ domain: [['id', '>', 0]], order: 'id asc' });
    const next = cursorAfter(cursor, [{ id: 4 }, { id: 9 }]);
    expect(next).toMatchObject({ mode: 'full', after: 9, total: 3 });
    expect(restOf(cursor, [{ id: 4 }, { id: 9 }])).toEqual({ domain: [['id', '>', 9]], seen: 0 });
    expect(cursorAtEnd(next)).toBeNull();
  });
});
