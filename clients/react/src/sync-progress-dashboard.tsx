import { useEffect, useState } from 'react';
import type { ConnectionOptions } from './live/sync.types.ts';
import { SyncProgressView, type SyncProgressViewOptions } from './sync-progress-view.tsx';
import { useSyncProgress } from './use-sync-progress.ts';

export interface SyncProgressDashboardProps extends ConnectionOptions, SyncProgressViewOptions {
  readonly orgId: string;
}

/** Texts that change with time alone, such as "last report 2 min ago", are computed this often. */
const TICK_MS = 5_000;

/** A card for each sync that is active or ended within the last minute, kept up to date. Needs style.css. */
export function SyncProgressDashboard({
  orgId,
  actions,
  href,
  variant,
  headingLevel,
  ...options
}: SyncProgressDashboardProps) {
  const progress = useSyncProgress(orgId, options);
  useTick();
  const now = Date.now() + progress.serverOffsetMs;
  return <SyncProgressView progress={progress} now={now} {...{ actions, href, variant, headingLevel }} />;
}

function useTick(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
}
