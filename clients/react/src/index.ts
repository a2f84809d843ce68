'use client';

export { connectionText, stoppedText } from './connection.text.ts';
export { createSyncProgressStore, type StoreOptions, type SyncProgressStore } from './live/progress.store.ts';
export type {
  ConnectionOptions,
  ConnectionState,
  StreamedSync,
  SyncProgress,
  SyncProgressError,
  SyncStatus,
} from './live/sync.types.ts';
export {
  countText,
  type DisplayStatus,
  displayStatus,
  etaText,
  isReporting,
  isSilent,
  nameOf,
  speedText,
} from './sync.text.ts';
export { SyncBadge, type SyncBadgeProps } from './sync-badge.tsx';
export { SyncCard, type SyncCardProps } from './sync-card.tsx';
export { SyncProgressDashboard, type SyncProgressDashboardProps } from './sync-progress-dashboard.tsx';
export {
  SyncProgressView,
  type SyncProgressViewOptions,
  type SyncProgressViewProps,
} from './sync-progress-view.tsx';
export { SyncTable, type SyncTableProps } from './sync-table.tsx';
export { type LiveSyncProgress, useSyncProgress } from './use-sync-progress.ts';
