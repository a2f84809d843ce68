import { isStorableText } from './validation.ts';

/** It leads every key, and an index entry has its limit. */
const MAX_ID_LENGTH = 200;

/** Characters that nobody sees, so that two ids would look the same. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * What the id of an organization or a user may be, wherever it comes from: a claim, a header, a parameter, a key or a command. Undefined: it
 * may be that; else what it must be, to be put behind its name.
 */
export function idFault(id: unknown): string | undefined {
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH)
    return `must be text of 1 to ${MAX_ID_LENGTH} characters`;
  if (!isStorableText(id) || INVISIBLE.test(id)) return 'must have neither control nor invisible characters';
  if (id.trim() !== id) return 'must neither begin nor end with a blank';
  // Two spellings of one text would be two organizations.
  if (id.normalize('NFKC') !== id) return 'must be in the Unicode form NFKC';
  return undefined;
}
