import { createSyncClient, SyncStopped, withSync } from '@sync-operations/client';

/** What a reporting process is given, the same in each language. */
export interface Job {
  readonly url: string;
  readonly key: string;
  readonly org: string;
  readonly sync_id: string;
  /** An item a letter: o succeeds, f fails. */
  readonly items: string;
  readonly total_items?: number;
  readonly every_items: number;
  readonly first_retry_ms: number;
  readonly max_unreported?: number;
}

// Works through the items from where the last process stopped, and prints how the sync ended.
const { url, key, org, sync_id, items, total_items, every_items, first_retry_ms, max_unreported } = JSON.parse(
  process.argv[2] as string,
) as Job;
const client = createSyncClient({ baseUrl: url, apiKey: key, orgId: org });
const kind = { entity_type: 'customer', source_system: 'woocommerce' };
const pace = { everyMs: 20, everyItems: every_items, firstRetryMs: first_retry_ms, maxUnreported: max_unreported };
try {
  const ended = await withSync<number>({ client, sync_id, ...kind, total_items, ...pace }, async (sync) => {
    for (let at = Number(sync.checkpoint?.at ?? 0); at < items.length; at += 1) {
      const checkpoint = { at: at + 1 };
      try {
        if (items[at] === 'f') throw new Error(`item ${at} is refused`);
        await sync.done(at, checkpoint);
      } catch (error) {
        await sync.failed(at, error, checkpoint);
      }
      // As work that waits for a network.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  console.log(JSON.stringify(ended));
} catch (error) {
  if (!(error instanceof SyncStopped)) throw error;
  console.log(JSON.stringify({ stopped: error.reason, detail: error.message }));
}
