import type { Activity } from '@sync-operations/client';

/** The open conflicts that the end of a run tells; 0 for any other entry. */
export const conflictsOf = ({ activity_type, details }: Activity): number =>
  activity_type === 'sync_completed' && typeof details?.conflict_count === 'number' ? details.conflict_count : 0;
