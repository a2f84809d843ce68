import type { Activity } from '@sync-operations/client';

/** How many of `items`, newest first, came after `newest` (null: there was none). */
export function newerThan(
  items: readonly Pick<Activity, 'id'>[],
  newest: Pick<Activity, 'id'> | null | undefined,
): number {
  const at = newest ? items.findIndex(({ id }) => id === newest.id) : -1;
  return at < 0 ? items.length : at;
}
