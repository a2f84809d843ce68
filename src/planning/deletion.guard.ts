/** `settings.delete_guard_percent` and `delete_guard_count` of the connection that is deleted from. */
export interface DeletionLimits {
  readonly percent: number;
  readonly count: number | null;
}

/** Why the deletes of a run are refused, in one sentence; null when they may pass. Pure. */
export function guardDeletions(deletes: number, known: number, { percent, count }: DeletionLimits): string | null {
  if (deletes === 0) return null;
  const share = known > 0 ? (deletes / known) * 100 : 100;
  const what = `${deletes} of ${known} (${share.toFixed(1)} %) would be deleted`;
  if (count !== null && deletes > count) return `${what}, which is above the guard of ${count}.`;
  if (share > percent) return `${what}, which is above the guard of ${percent} %.`;
  return null;
}
