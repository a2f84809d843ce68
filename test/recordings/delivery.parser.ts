import { readFileSync } from 'node:fs';

/** A webhook as a shop delivered it: the raw request of test/recordings/<name>.http. */
export function readDelivery(name: string): { headers: Readonly<Record<string, string>>; body: unknown } {
  const text = readFileSync(new URL(`./${name}.http`, import.meta.url), 'utf8');
  const [, ...rest] = text.split('\n');
  const end = rest.indexOf('');
  const headers = rest.slice(0, end).map((line): [string, string] => {
    const cut = line.indexOf(': ');
    return [line.slice(0, cut).toLowerCase(), line.slice(cut + 2)];
  });
  return { headers: Object.fromEntries(headers), body: JSON.parse(rest.slice(end + 1).join('\n')) };
}
