/** Forms in which texts that mean the same are equal. Null for what is empty. */

/** In lower case, and only the address of `Ann <ann@example.com>`. */
export function comparableEmail(value: string | null | undefined): string | null {
  const bare = value ? (/<([^<>]+)>\s*$/.exec(value)?.[1] ?? value) : null;
  return bare?.trim().toLowerCase() || null;
}

/** Those of a field that holds several: `ann@example.com; bob@example.com`. */
export function comparableEmails(value: string | null | undefined): string[] {
  const parts = (value ?? '').split(/[,;]/).filter((part) => part.includes('@'));
  return [...new Set((parts.length > 1 ? parts : [value]).flatMap((part) => comparableEmail(part) ?? []))];
}

/** `DE 123.456` and `de123456` are the same number. */
export function comparableVat(value: string | null | undefined): string | null {
  return value?.toUpperCase().replace(/[^A-Z0-9]/g, '') || null;
}

/** Without case, accents, signs and order: `Muster, Zoë` and `zoe muster` are the same name. */
export function comparableName(value: string | null | undefined): string | null {
  const plain = (value ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ') || null;
}
