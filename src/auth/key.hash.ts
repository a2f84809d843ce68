import { createHash, randomBytes } from 'node:crypto';

/** A new key, link or session secret with 256 bits; the prefix lets scanners find leaked ones. */
export function newSecret(prefix: 'syk' | 'syl' | 'sys'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a secret. A plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
