import { ConnectorError } from '../contract/connector.error.ts';
import type { RowPosition } from './csv.rows.ts';
import { DELIMITERS } from './csv.settings.ts';

/** What a spreadsheet writes before the header: `sep=;`. */
const SEPARATOR_LINE = /^"?sep=(.)"?[ \t]*(?:\r\n|\n|\r|$)/i;
const MAX_LINE_BYTES = 20;

/**
 * The delimiter, and where the header begins. A first line `sep=` is neither header nor row. Throws ConnectorError `rejected` when it
 * names another delimiter than the settings do.
 */
export function startOf(bytes: Buffer, wanted: string | null): { delimiter: string; start: RowPosition } {
  const [line, named] = SEPARATOR_LINE.exec(bytes.toString('latin1', 0, MAX_LINE_BYTES)) ?? [];
  if (line === undefined || named === undefined) return { delimiter: wanted ?? DELIMITERS.comma, start: at(0) };
  if (wanted !== null && wanted !== named)
    throw new ConnectorError(
      'rejected',
      `The first line of the file says sep=${named}, and the setting delimiter says ${nameOf(wanted)}. Leave the setting out, or correct it.`,
    );
  if (nameOf(named) === undefined)
    throw new ConnectorError(
      'rejected',
      `The first line of the file says sep=${named}, which is no delimiter that can be read.`,
    );
  return { delimiter: named, start: at(line.length) };
}

const nameOf = (delimiter: string): string | undefined =>
  Object.entries(DELIMITERS).find(([, character]) => character === delimiter)?.[0];

/** The header is row 1, as in a spreadsheet, which does not show the line before it. */
const at = (byte: number): RowPosition => ({ byte, row: 1 });
