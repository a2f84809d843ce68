import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 (base64url) of the canonical JSON (RFC 8785) of an entity. Equal content has an equal hash, whatever the order of its fields. */
export function contentHash(data: unknown): string {
  return createHash('sha256')
    .update(canonicalize(data) ?? 'null')
    .digest('base64url');
}
