import type { BadValue, FaultRule } from './fault.rules.ts';

/** Stands in the row while it is written as JSON, since no value in memory can be written as these texts. */
const PLACEHOLDER = '@@bad-value@@';

/** As JSON texts that no database, or no limit, accepts. */
const TEXTS: Readonly<Record<BadValue, () => string>> = {
  nul: () => '"B\\u0000"',
  surrogate: () => '"B\\ud800"',
  deep: () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  long: () => `"${'n'.repeat(180 * 1024)}"`,
  huge: () => `{${Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":1`).join()}}`,
};

/** Gives one row of a list a value that is valid JSON and cannot be stored. A response without the row, or without its field, stays as it is. */
export function withBadRow<T extends { readonly body: string }>(response: T, rule: FaultRule): T {
  const { id, field = 'name', value = 'nul' } = rule;
  const body: unknown = parse(response.body);
  const rows = Array.isArray(body) ? body : ((body ?? {}) as { result?: unknown }).result;
  if (!Array.isArray(rows)) return response;
  const row = rows.find((found) => typeof found === 'object' && found !== null && (!id || found.id === id));
  if (!row || !(field in row)) return response;
  row[field] = PLACEHOLDER;
  return { ...response, body: JSON.stringify(body).replace(`"${PLACEHOLDER}"`, TEXTS[value]) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
