import { createHash, randomBytes } from 'node:crypto';

/** A new key, link or session secret with 256 bits; the prefix lets scanners find leaked ones. `syp`: a session of the identity provider. */
export function newSecret(prefix: 'syk' | 'syl' | 'sys' | 'syp'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** The hash of a secret, which is stored in its place. A plain SHA-256 is enough, since 256 random bits cannot be guessed. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
