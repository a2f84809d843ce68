import { capitalized } from '../ui/format.ts';
import { ApiError } from './problem.ts';

/** The error of each field of a form, by its name: `settings.auth` for the pointer `#/settings/auth`. */
export type FieldErrors = Readonly<Record<string, string>>;

/**
 * The errors of a problem response by field: `#/settings/auth` becomes `settings.auth`. An error deeper than `depth` belongs to
 * the field that contains it, and its text names the place inside. Errors without a pointer to a field are left out.
 */
export function fieldErrors(error: unknown, depth = 2): FieldErrors {
  const found: Record<string, string> = {};
  for (const { pointer, detail } of error instanceof ApiError ? error.fields : []) {
    if (!pointer?.startsWith('#/')) continue;
    const parts = pointer.slice(2).split('/').map(unescaped);
    const name = parts.slice(0, depth).join('.');
    const innerPath = parts.slice(depth).join('.');
    const text = innerPath ? `${innerPath} ${detail}.` : `${capitalized(detail)}.`;
    found[name] = found[name] ? `${found[name]} ${text}` : text;
  }
  return found;
}

/** Decodes one part of a JSON pointer (RFC 6901). */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** Leaves out the errors of fields that have changed since they were sent: their new values are not validated yet. */
export function remainingErrors(errors: FieldErrors, sent: object | undefined, now: object): FieldErrors {
  const at = (draft: object | undefined, name: string) => {
    const [head = '', ...rest] = name.split('.');
    const member = (draft as Record<string, unknown> | undefined)?.[head];
    return rest.length === 0 ? member : (member as Record<string, unknown> | undefined)?.[rest.join('.')];
  };
  return Object.fromEntries(Object.entries(errors).filter(([name]) => at(sent, name) === at(now, name)));
}
