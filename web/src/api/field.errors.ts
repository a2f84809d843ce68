import { capitalized } from '../ui/format.ts';
import { ApiError } from './problem.ts';

/** What is wrong with each field of a form; `of('settings.auth')` is what the service said of `#/settings/auth`. */
export type FieldErrors = Readonly<Record<string, string>>;

/**
 * The service's pointers as names of fields: `#/settings/auth` is `settings.auth`. What lies deeper than `depth` belongs to the
 * field around it and says where inside it is. What names no field is left out.
 */
export function fieldErrors(error: unknown, depth = 2): FieldErrors {
  const found: Record<string, string> = {};
  for (const { pointer, detail } of error instanceof ApiError ? error.fields : []) {
    if (!pointer?.startsWith('#/')) continue;
    const parts = pointer.slice(2).split('/').map(unescaped);
    const name = parts.slice(0, depth).join('.');
    const inside = parts.slice(depth).join('.');
    const text = inside ? `${inside} ${detail}.` : `${capitalized(detail)}.`;
    found[name] = found[name] ? `${found[name]} ${text}` : text;
  }
  return found;
}

/** A part of a JSON pointer (RFC 6901). */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** Without those of fields that have been changed since they were sent: what is wrong with these now nobody has said. */
export function stillWrong(errors: FieldErrors, sent: object | undefined, now: object): FieldErrors {
  const at = (draft: object | undefined, name: string) => {
    const [head = '', ...rest] = name.split('.');
    const member = (draft as Record<string, unknown> | undefined)?.[head];
    return rest.length === 0 ? member : (member as Record<string, unknown> | undefined)?.[rest.join('.')];
  };
  return Object.fromEntries(Object.entries(errors).filter(([name]) => at(sent, name) === at(now, name)));
}
