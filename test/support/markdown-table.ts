import { readFileSync } from 'node:fs';

/** The first table under a heading of a Markdown page: its rows, the head among them, as lists of cells. */
export function tableUnder(page: string, heading: string): string[][] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`${page} has no heading "${heading}"`);
  const rows = lines.slice(start).filter((line, index, rest) => isRow(line) && !rest.slice(1, index).some(isHeading));
  return rows.map(cellsOf).filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
}

/** As `tableUnder` reads it. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string[][] =>
  [head, ...rows].map((row) => [...row]);

const isRow = (line: string): boolean => line.startsWith('|');
const isHeading = (line: string): boolean => line.startsWith('#');
const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
