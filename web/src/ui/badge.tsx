import type { SyncStatus } from '../../../clients/typescript/src/index.ts';
import './badge.css';

const KINDS: Readonly<Record<SyncStatus, string>> = {
  queued: 'neutral',
  running: 'info',
  paused: 'warn',
  completed: 'good',
  completed_with_errors: 'warn',
  failed: 'bad',
  cancelled: 'neutral',
  timeout: 'bad',
};

export const statusText = (status: string): string => status.replaceAll('_', ' ');

export function StatusBadge({ status }: { readonly status: SyncStatus }) {
  return <span className={`badge badge-${KINDS[status]}`}>{statusText(status)}</span>;
}
