import type { Activity } from '@sync-operations/client';

/** The conflicts that the end of a run, a preview or a comparison tells; 0 for any other entry. */
export const conflictsOf = ({ activity_type, details }: Activity): number =>
  /^(sync|preview|reconcile)_completed$/.test(activity_type) && typeof details?.conflict_count === 'number'
    ? details.conflict_count
    : 0;
