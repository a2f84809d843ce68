import type { SyncStatus } from '@sync-operations/client';
import type { ReactNode } from 'react';
import './badge.css';

export type BadgeTone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';

interface Props {
  readonly tone: BadgeTone | undefined;
  readonly children: ReactNode;
}

/** A state in a word or two. */
export function Badge({ tone, children }: Props) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

const STATUS_TONES: Readonly<Record<SyncStatus, BadgeTone>> = {
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

interface StatusProps {
  readonly status: SyncStatus;
  /** Items that both sides changed: a person has to decide, so it does not look clean. */
  readonly conflicts?: number;
}

export function StatusBadge({ status, conflicts = 0 }: StatusProps) {
  if (conflicts === 0 || status !== 'completed') return <Badge tone={STATUS_TONES[status]}>{statusText(status)}</Badge>;
  return <Badge tone="warn">completed, {conflicts === 1 ? '1 conflict' : `${conflicts} conflicts`}</Badge>;
}
