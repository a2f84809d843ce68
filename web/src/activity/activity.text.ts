import type { Activity } from '@sync-operations/client';
import { capitalized } from '../ui/format.ts';

/** The conflicts that the end of a run, a preview or a comparison tells; 0 for any other entry. */
export const conflictsOf = ({ activity_type, details }: Activity): number =>
  /^(sync|preview|reconcile)_completed$/.test(activity_type) && typeof details?.conflict_count === 'number'
    ? details.conflict_count
    : 0;

/** What happened, by its type, which other services name as they like. People know a reconcile as a comparison. */
export const activityText = ({ activity_type }: Pick<Activity, 'activity_type'>): string =>
  capitalized(activity_type.replace(/^reconcile_/, 'comparison_').replaceAll('_', ' '));
