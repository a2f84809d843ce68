import type { Client } from '../../../clients/typescript/src/generated/client/index.ts';
import { cancelSync, type Progress, pauseSync, resumeSync } from '../../../clients/typescript/src/index.ts';
import { unwrap } from '../api/unwrap.ts';

export type Steering = 'pause' | 'resume' | 'cancel';

/** What is needed of a sync to say what can be asked of it. */
export type Steerable = Pick<
  Progress,
  'sync_id' | 'entity_type' | 'status' | 'completed_at' | 'cancel_requested' | 'pause_requested' | 'requested_at'
>;

const CALLS = { pause: pauseSync, resume: resumeSync, cancel: cancelSync } as const;

/** Asks the sync to pause, go on or stop; it learns of it with its next report. */
export const steer = (client: Client, syncId: string, steering: Steering): Promise<Progress> =>
  unwrap(CALLS[steering]({ client, path: { sync_id: syncId } }));

/** What the row will say once the service has the request. */
export const ASKED = {
  pause: { pause_requested: true },
  resume: { pause_requested: false },
  cancel: { cancel_requested: true },
} as const satisfies Readonly<Record<Steering, Partial<Progress>>>;

/** Whether the next press of its button lets it go on. */
export const isHeld = ({ status, pause_requested }: Steerable): boolean => status === 'paused' || pause_requested;
