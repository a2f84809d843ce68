import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { PreviewInputsDto } from './dto/preview.dto.ts';

/** SHA-256 (hex) over the canonical JSON (RFC 8785) of the inputs: the same inputs in any order of members give the same key. */
export function previewKey({ sync_type, entity_type = 'all', filters = {} }: PreviewInputsDto): string {
  return createHash('sha256')
    .update(canonicalize({ sync_type, entity_type, filters }) as string)
    .digest('hex');
}

/** How many entries each kind of change has; null when the delta has none of the known kinds. */
export function summarize(delta: Readonly<Record<string, unknown>>): Record<string, number> | null {
  const counts = ['creates', 'updates', 'deletes', 'unchanged'].flatMap((kind) => {
    const entries = delta[kind];
    if (Array.isArray(entries)) return [[kind, entries.length] as const];
    return typeof entries === 'number' ? [[kind, entries] as const] : [];
  });
  return counts.length > 0 ? Object.fromEntries(counts) : null;
}
