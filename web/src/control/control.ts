import type { Client } from '@sync-operations/client';
import { cancelSync, type Progress, pauseSync, resumeSync } from '@sync-operations/client';
import { unwrap } from '../api/problem.ts';

/** What an operator can ask of an active sync. */
export type Control = 'pause' | 'resume' | 'cancel';

/** The part of a sync that decides which controls it offers. */
export type ControllableSync = Pick<
  Progress,
  'sync_id' | 'entity_type' | 'status' | 'completed_at' | 'cancel_requested' | 'pause_requested' | 'requested_at'
>;

const CALLS = { pause: pauseSync, resume: resumeSync, cancel: cancelSync } as const;

/** Sends the request. A sync of another service learns of it with its next report. */
export const requestControl = (client: Client, syncId: string, control: Control): Promise<Progress> =>
  unwrap(CALLS[control]({ client, path: { sync_id: syncId } }));

/** What the row will say once the service has the request. */
export const REQUESTED = {
  pause: { pause_requested: true },
  resume: { pause_requested: false },
  cancel: { cancel_requested: true },
} as const satisfies Readonly<Record<Control, Partial<Progress>>>;

/** Whether the toggle button offers Resume instead of Pause. */
export const canResume = ({ status, pause_requested }: ControllableSync): boolean =>
  status === 'paused' || pause_requested;
