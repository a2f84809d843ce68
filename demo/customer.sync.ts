import { setTimeout as delay } from 'node:timers/promises';
import {
  appendActivity,
  type Client,
  completeSync,
  getSync,
  type Progress,
  type Report,
  reportProgress,
  startSync,
} from '@sync-operations/client';
import type { CrmStore } from './crm.store.ts';
import { reliably } from './reliable.call.ts';
import { fetchCustomers, type ShopAccess, type ShopCustomer } from './shop.client.ts';

const BATCH_SIZE = 100;
const POLL_WHILE_PAUSED_MS = 500;

export interface CustomerSync {
  readonly api: Client;
  readonly shop: ShopAccess;
  readonly crm: CrmStore;
  readonly orgId: string;
  readonly userId: string;
  /** Milliseconds between batches. */
  readonly batchDelay: number;
  /** Stops the sync at once. */
  readonly signal: AbortSignal;
  /** Called with the row of each response of the service, beginning with the response to the start. */
  readonly onProgress: (sync: Progress) => void;
}

interface Failure {
  readonly customerId: number;
  readonly error: string;
}

/** The guide's complete workflow, as an internal service runs it: shop → its own table, progress and failures → the service. */
export async function syncWooCommerceCustomers(run: CustomerSync): Promise<Progress> {
  const { api, shop, signal, onProgress } = run;
  const syncId = `sync-woo-${Date.now()}`;

  // 1. The first page has the total. When the response to the start is lost, the retry does not start a second sync.
  let { customers, total, pages } = await fetchCustomers(shop, 1, BATCH_SIZE, signal);
  const start = { sync_id: syncId, entity_type: 'customer', source_system: 'woocommerce', total_items: total };
  const headers = { 'Idempotency-Key': `${syncId}-start` };
  let sync = await reliably(
    () => startSync({ client: api, headers, body: { ...start, initiated_by: run.userId } }),
    signal,
  );
  onProgress(sync);

  let processed = 0;
  let failed = 0;
  for (let page = 1; page <= pages; page++) {
    if (page > 1) ({ customers, pages } = await fetchCustomers(shop, page, BATCH_SIZE, signal));

    // 2. Write each customer. A bad one does not affect the others.
    const failures = await saveBatch(run, syncId, customers);
    processed += customers.length - failures.length;
    failed += failures.length;
    if (failures.length > 0) await logFailures(run, syncId, page, failures);

    // 3. Counts are absolute, so a repeated report changes nothing.
    const counts = { processed_count: processed, failed_count: failed, current_item: processed + failed };
    sync = await report(run, syncId, { ...counts, checkpoint: { page } });
    onProgress(sync);

    if (sync.pause_requested) sync = await waitWhilePaused(run, sync);
    if (sync.cancel_requested) return report(run, syncId, { status: 'cancelled' });
    await delay(run.batchDelay, undefined, { signal });
  }

  // 4. Reaching the total ended the sync and logged it. When the shop lost customers meanwhile, the sync is ended here.
  if (sync.completed_at === null) {
    const headers = { 'Idempotency-Key': `${syncId}-complete` };
    sync = await reliably(() => completeSync({ client: api, ...named(syncId), headers, body: {} }), signal);
  }
  return sync;
}

/** Returns the customers that the table refused, with the reasons. */
async function saveBatch(run: CustomerSync, syncId: string, customers: readonly ShopCustomer[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const customer of customers) {
    try {
      await run.crm.save(run.orgId, syncId, customer, run.signal);
    } catch (error) {
      run.signal.throwIfAborted();
      failures.push({ customerId: customer.id, error: (error as Error).message });
    }
  }
  return failures;
}

/** Makes one call a batch. The trail cannot be edited afterwards, so the key makes a retry safe. */
async function logFailures(run: CustomerSync, syncId: string, page: number, failures: Failure[]): Promise<void> {
  const items = failures.map((details) => ({
    sync_id: syncId,
    entity_type: 'customer',
    activity_type: 'batch_process',
    status: 'completed_with_errors' as const,
    source_system: 'woocommerce',
    user_id: run.userId,
    details: { ...details },
  }));
  const headers = { 'Idempotency-Key': `${syncId}-failures-${page}` };
  await reliably(() => appendActivity({ client: run.api, headers, body: { items } }), run.signal);
}

function report(run: CustomerSync, syncId: string, body: Report): Promise<Progress> {
  return reliably(() => reportProgress({ client: run.api, ...named(syncId), body }), run.signal);
}

/** Confirms the pause, then polls until somebody resumes or cancels the sync. */
async function waitWhilePaused(run: CustomerSync, { sync_id }: Progress): Promise<Progress> {
  let sync = await report(run, sync_id, { status: 'paused' });
  run.onProgress(sync);
  while (sync.pause_requested && !sync.cancel_requested) {
    await delay(POLL_WHILE_PAUSED_MS, undefined, { signal: run.signal });
    sync = await reliably(() => getSync({ client: run.api, ...named(sync_id) }), run.signal);
  }
  return sync;
}

const named = (sync_id: string) => ({ path: { sync_id } });
