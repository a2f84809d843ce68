import type { Alert } from '@sync-operations/client';

/** `now`: the service's clock. */
export const isMuted = ({ muted_until }: Alert, now: number): boolean =>
  muted_until !== null && Date.parse(muted_until) > now;

/** Whether somebody has seen to an open alert, so that it is no figure of the overview. `now`: the service's clock. */
export const isSeenTo = (alert: Alert, now: number): boolean => alert.acknowledged_at !== null || isMuted(alert, now);
