import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';

/** One JSON object a line. */
export function toNdjson(items: AsyncIterable<object>): Readable {
  return Readable.from(
    (async function* () {
      for await (const item of items) yield `${JSON.stringify(item)}\n`;
    })(),
  );
}

/**
 * RFC 4180 with a header. A cell that a spreadsheet would run as a formula is made text. With `bom`, a byte order mark comes first: Excel
 * reads what has none in the code page of the computer.
 */
export function toCsv(
  rows: AsyncIterable<object>,
  { columns, bom }: { readonly columns: readonly string[]; readonly bom: boolean },
): Readable {
  const csv = stringify({
    ...{ bom, header: true, columns: [...columns], escape_formulas: true, record_delimiter: 'windows' },
  });
  const source = Readable.from(rows);
  source.on('error', (error) => csv.destroy(error));
  // A client that goes away stops the reading of further pages.
  csv.on('close', () => source.destroy());
  return source.pipe(csv);
}

/** A value as it stands in a cell. */
export const cell = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
