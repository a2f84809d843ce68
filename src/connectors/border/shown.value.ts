import { MAX_SHOWN_BYTES, MAX_SHOWN_DEPTH } from './storable.limits.ts';

/** Of a name in a path, and of a path. */
const MAX_NAME_LENGTH = 60;
const MAX_PATH_LENGTH = 200;

/** The text as it can be stored and shown: what cannot be is replaced by the replacement character, and it is cut. */
export function shownText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** `billing.city`, for people. A path into the depth is cut. */
export function shownPath(path: readonly string[]): string {
  const names = path.slice(0, 10).map((name) => shownText(name, MAX_NAME_LENGTH));
  return shownText(names.join('.'), MAX_PATH_LENGTH);
}

/**
 * A copy of what a system returned, to show with a problem: it can always be stored, and is small. What is too deep or too much is left
 * out.
 */
export function shownValue(value: unknown): unknown {
  const budget = { bytes: MAX_SHOWN_BYTES };
  return copyOf(value, 0, budget);
}

function copyOf(value: unknown, depth: number, budget: { bytes: number }): unknown {
  budget.bytes -= 8;
  if (typeof value === 'string') {
    const text = shownText(value, Math.max(0, Math.min(budget.bytes, 2_000)));
    budget.bytes -= text.length;
    return text;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') return value === undefined ? undefined : String(value).slice(0, MAX_NAME_LENGTH);
  if (depth >= MAX_SHOWN_DEPTH || budget.bytes <= 0) return '…';
  const members = Object.entries(value);
  if (Array.isArray(value)) return kept(members, depth, budget).map(([, member]) => member);
  return Object.fromEntries(kept(members, depth, budget));
}

function kept(members: readonly [string, unknown][], depth: number, budget: { bytes: number }): [string, unknown][] {
  const copies: [string, unknown][] = [];
  for (const [name, member] of members) {
    if (budget.bytes <= 0) break;
    budget.bytes -= name.length;
    copies.push([shownText(name, MAX_NAME_LENGTH), copyOf(member, depth + 1, budget)]);
  }
  return copies;
}
