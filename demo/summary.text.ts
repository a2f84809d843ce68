import type { Check, Findings } from './checks.ts';
import { grouped } from './terminal.ts';

const WIDTH = 78;

export const isRight = ({ found, expected }: Check): boolean => found === expected;

/** The result that was read back, one line a check. */
export function summaryOf({ sync, checks, errors }: Findings): string[] {
  const speed = Math.round(sync.speed_items_per_min ?? 0);
  return [
    `Read back through the API: ${sync.sync_id}, ${sync.elapsed_seconds.toFixed(1)} s, ${grouped(speed)} items/min`,
    ...checks.map(checkLine),
    ...(errors.length > 0 ? ['', "Why customers failed, by the database's error messages:"] : []),
    ...errors.slice(0, 5).flatMap(({ error_count, error_message }) => hanging(`${error_count} × `, error_message)),
  ];
}

/** The result of a check, with the expected value if it is wrong. */
export function checkLine(check: Check): string {
  const { what, found, expected } = check;
  const text = (value: string | number) => (typeof value === 'number' ? grouped(value) : value);
  const line = `  ${isRight(check) ? 'ok   ' : 'wrong'}  ${what.padEnd(44)} ${text(found)}`;
  return isRight(check) ? line : `${line}, expected ${text(expected)}`;
}

/** Breaks at spaces and indents later lines to the text of the first. */
function hanging(lead: string, text: string): string[] {
  const first = `  ${lead}`;
  const lines = [first];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const line = lines[last] ?? '';
    const gap = line.endsWith(' ') ? '' : ' ';
    if (line.length + gap.length + word.length <= WIDTH) lines[last] = line + gap + word;
    else lines.push(' '.repeat(first.length) + word);
  }
  return lines;
}
