import { createHash } from 'node:crypto';
import type { SystemIdentity } from '../contract/connector.types.ts';

/** `unclear`: it was moved or copied, or it does not say enough; only a person knows. `new`: none like it is known. */
export const SYSTEM_LIKENESSES = ['new', 'same', 'unclear', 'another'] as const;
export type SystemLikeness = (typeof SYSTEM_LIKENESSES)[number];
export type Likeness = Exclude<SystemLikeness, 'new'>;

type Known = Pick<SystemIdentity, 'identity' | 'place' | 'scope' | 'since'>;

/** Whether the system that answers now is the one that is known. Pure. */
export function compareSystems(known: Known, found: SystemIdentity): Likeness {
  if (known.scope !== found.scope) return 'another';
  const samePlace = known.place === found.place;
  if (known.identity === null || found.identity === null) {
    const isReplaced = Boolean(known.since && found.since && known.since !== found.since);
    return samePlace && !isReplaced ? 'same' : 'unclear';
  }
  if (known.identity !== found.identity) return 'another';
  return samePlace || !found.isCopied ? 'same' : 'unclear';
}

/**
 * The first part of the marks of everything that is created for the system's entries: always the same for the same system, so that a
 * mark is found again by whoever connects it later. Without the scope, which a mark's id does not depend on unless it is in the place.
 */
export function markOfSystem(system: string, { identity, place, isCopied }: SystemIdentity): string {
  const names = [system, identity ?? '', identity === null || isCopied ? place : ''];
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 8);
}
