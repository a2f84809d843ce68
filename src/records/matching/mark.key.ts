import { contentHash } from '../../planning/field.diff.ts';

/**
 * What marks the entry that is created for an item, so that it is found again. Contains the id itself where its characters allow it.
 * `mark` is the source's and distinguishes it from another source's. `born` is given for who has got the id of another entry.
 */
export function markKey(mark: string, externalId: string, born: string | null = null): string {
  const id = /^[A-Za-z0-9_-]{1,40}$/.test(externalId) ? externalId : contentHash(externalId).slice(0, 22);
  return born === null ? `${mark}-${id}` : `${mark}-${id}-${contentHash(born).slice(0, 8)}`;
}
