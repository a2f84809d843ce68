import { type Client, retryFailedItems } from '@sync-operations/client';
import { unwrap } from '../api/problem.ts';
import { requestControl } from '../control/control.ts';
import type { BulkAction } from './bulk.acts.ts';

/** So many requests at once: enough to be quick, and few among those of others. */
const AT_ONCE = 4;

interface BulkResult {
  readonly syncId: string;
  /** Why the service refused; null: it did not. */
  readonly error: unknown;
}

/** Asks for each sync by itself, so that one that is refused keeps none of the others. Never rejects. */
export async function requestAll(
  client: Client,
  action: BulkAction,
  syncIds: readonly string[],
  onResult: (result: BulkResult) => void,
): Promise<void> {
  const left = [...syncIds];
  const work = async () => {
    for (let syncId = left.shift(); syncId !== undefined; syncId = left.shift()) {
      const error = await requestOne(client, action, syncId).then(
        () => null,
        (failure: unknown) => failure,
      );
      onResult({ syncId, error });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Resolves with the sync as it is then; for retry, with the new one. */
export const requestOne = (
  client: Client,
  action: BulkAction,
  syncId: string,
): Promise<{ readonly sync_id: string }> =>
  action === 'retry'
    ? unwrap(
        retryFailedItems({
          client,
          path: { sync_id: syncId },
          headers: { 'Idempotency-Key': crypto.randomUUID() },
        }),
      )
    : requestControl(client, syncId, action);
