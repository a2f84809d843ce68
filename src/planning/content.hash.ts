import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 (base64url) over the canonical JSON (RFC 8785) of an entity: equal content, equal hash, in whatever order it came. */
export function contentHash(data: unknown): string {
  return createHash('sha256')
    .update(canonicalize(data) ?? 'null')
    .digest('base64url');
}
