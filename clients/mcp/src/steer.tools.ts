import {
  cancelSync,
  getPreview,
  pauseSync,
  resumeSync,
  retryFailedItems,
  type StartRun,
  startRun,
} from '@sync-operations/client';
import { z } from 'zod';
import { dataOf, type Tool, tool } from './tool.ts';

const sync = { sync_id: z.string().min(1).max(200).describe('The sync_id') };

/** Each is carried out by the service, with the rights of the caller's key, and stands in the audit trail. */
export const STEER_TOOLS: readonly Tool[] = [
  tool({
    ...{ kind: 'steer', name: 'pause_sync', title: 'Pause a sync' },
    description: 'Asks the sync to pause. It does so after its present batch.',
    input: sync,
    run: async (client, path) => dataOf(await pauseSync({ client, path })),
  }),
  tool({
    ...{ kind: 'steer', name: 'resume_sync', title: 'Resume a sync' },
    description: 'Lets a paused sync go on.',
    input: sync,
    run: async (client, path) => dataOf(await resumeSync({ client, path })),
  }),
  tool({
    ...{ kind: 'steer', name: 'cancel_sync', title: 'Cancel a sync' },
    description: 'Asks the sync to stop for good. What it has done stays.',
    input: sync,
    run: async (client, path) => dataOf(await cancelSync({ client, path })),
  }),
  tool({
    ...{ kind: 'steer', name: 'retry_failed_items', title: 'Retry what failed' },
    description: 'Tries the failed items of an ended run again. Only for syncs that the service runs itself.',
    input: sync,
    run: async (client, path) => dataOf(await retryFailedItems({ client, path })),
  }),
  tool({
    ...{ kind: 'steer', name: 'apply_preview', title: 'Apply a preview' },
    description:
      'Writes exactly the changes of a preview to the destination. It is refused when either side has changed since, or when it would delete too much. Show the preview to a person first.',
    input: {
      cache_key: z.string().min(1).max(200),
      source_connection_id: z.string().max(100),
      destination_connection_id: z.string().max(100).optional().describe('As the preview had it'),
    },
    run: async (client, { cache_key, source_connection_id, destination_connection_id }) => {
      const { entity_type } = dataOf(await getPreview({ client, path: { cache_key } }));
      const body: StartRun = {
        entity_type: entity_type as StartRun['entity_type'],
        source_connection_id,
        destination: destination_connection_id ? { connection_id: destination_connection_id } : 'records',
        preview: cache_key,
      };
      return dataOf(await startRun({ client, body }));
    },
  }),
];
