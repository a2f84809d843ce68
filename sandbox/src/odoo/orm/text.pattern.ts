import type { Condition } from './domain.parser.ts';
import type { Stored } from './record.types.ts';

/** `like`, `ilike`, `=like`, `=ilike` and their negations: a test of text, or null for any other operator. */
export function likeTest({ operator, value }: Condition): ((stored: Stored) => boolean) | null {
  const parts = /^(not )?(=?)(i?)like$/.exec(operator);
  if (!parts) return null;
  const [, negated, whole, ignoreCase] = parts;
  const sought = value === false || value === null ? '' : String(value);
  const pattern = likePattern(whole ? sought : `%${sought}%`, ignoreCase === 'i');
  return (stored) => (typeof stored === 'string' && pattern.test(stored)) !== Boolean(negated);
}

/** Whether it has neither `%` nor `_`, so that `=ilike` is case-insensitive equality. */
export function isPlainPattern(text: string): boolean {
  return !/[%_\\]/.test(text);
}

/** SQL's LIKE as a regular expression. */
function likePattern(like: string, ignoreCase: boolean): RegExp {
  const source = like.replace(/\\([\s\S])|%|_|[\s\S]/g, (part, escaped?: string) => {
    if (escaped !== undefined) return literal(escaped);
    if (part === '%') return '[\\s\\S]*';
    return part === '_' ? '[\\s\\S]' : literal(part);
  });
  return new RegExp(`^${source}$`, ignoreCase ? 'iu' : 'u');
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
