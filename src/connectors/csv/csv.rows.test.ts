import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Row, readRows } from './csv.rows.ts';

const START = { byte: 0, row: 1 };

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ',', ';', '\n', ' ', '7'), maxLength: 6 });
const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 30 });
const ending = fc.constantFrom('\n', '\r\n', '\r');

it('pages of any size, cut anywhere, give every row of the file once, with its number', () => {
  fc.assert(
    fc.property(
      ...([table, ending, fc.constantFrom(',', ';', '\t'), fc.infiniteStream(fc.integer({ min: 1, max: 9 }))] as const),
      (rows, record_delimiter, delimiter, sizes) => {
        const bytes = Buffer.from(stringify(rows, { delimiter, record_delimiter, quoted: true }));
        const found: Row[] = [];
        for (let at = START; at.byte < bytes.length; ) {
          const page = readRows(bytes, at, sizes.next().value as number, { delimiter, columns: 3 });
          found.push(...page.rows);
          at = page.next;
        }
        expect(found.map(({ cells }) => cells)).toEqual(rows.map((row) => row.map((text) => text.trim())));
        expect(found.map(({ at }) => at.row)).toEqual(rows.map((_, index) => index + 1));
        for (const { at, cells } of found)
          expect(readRows(bytes, at, 1, { delimiter, columns: 3 }).rows[0]?.cells).toEqual(cells);
      },
    ),
  );
});
