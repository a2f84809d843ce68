import type { ArgSpec } from './rest.types.ts';

/** Turns validated values into what handlers take: integers, booleans, lists of ids; adds defaults for what is absent. */
export function sanitizeArgs(
  args: Readonly<Record<string, ArgSpec>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const params: Record<string, unknown> = { ...given };
  for (const [name, spec] of Object.entries(args)) {
    if (params[name] === undefined) {
      if (spec.default !== undefined) params[name] = spec.default;
    } else {
      params[name] = sanitize(params[name], spec);
    }
  }
  return params;
}

/** What PHP makes of null. */
const EMPTY = { integer: 0, string: '', boolean: false, array: [], object: {}, any: null } as const;

/** `1,2 3`, `[1, 2]` or `{0: '1'}` as words; used for lists of ids and of field names. */
export function wordsOf(value: unknown): string[] {
  const parts = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return parts
    .flatMap((part) => String(part ?? '').split(/[\s,]+/))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function sanitize(value: unknown, spec: ArgSpec): unknown {
  if (value === null) return EMPTY[spec.type];
  if (spec.idList) return [...new Set(wordsOf(value).map((word) => Math.abs(Number.parseInt(word, 10)) || 0))];
  if (spec.type === 'integer') return spec.signed ? Number(value) : Math.abs(Number(value));
  if (spec.type === 'boolean') return !['0', 'false', ''].includes(String(value).toLowerCase());
  if (spec.type === 'array') return typeof value === 'object' ? Object.values(value) : wordsOf(value);
  return value;
}
