import {
  type Activity,
  type ActivityError,
  type Client,
  getSync,
  listActiveSyncs,
  listActivity,
  listActivityErrors,
  type Progress,
} from '@sync-operations/client';
import { Refused, reliably } from './reliable.call.ts';

/** One thing that must hold: what was found and what is expected. */
export interface Check {
  readonly what: string;
  readonly found: string | number;
  readonly expected: string | number;
}

export interface Findings {
  readonly sync: Progress;
  readonly checks: readonly Check[];
  /** Why items failed, most frequent first. */
  readonly errors: readonly ActivityError[];
}

export interface Expected {
  readonly customers: number;
  readonly bad: number;
}

/** Reads back through the API, as `api`'s organization, what a sync left there, and compares it. */
export async function readBack(
  api: Client,
  sync_id: string,
  { customers, bad }: Expected,
  signal: AbortSignal,
): Promise<Findings> {
  const sync = await reliably(() => getSync({ client: api, path: { sync_id } }), signal);
  const trail = await trailOf(api, sync_id, signal);
  const completions = trail.filter(({ activity_type }) => activity_type === 'sync_completed');
  const query = { from: sync.started_at, entity_type: 'customer' };
  const groups = await reliably(() => listActivityErrors({ client: api, query }), signal);
  // The completion's own message is also a group.
  const errors = groups.items.filter(({ error_message }) => error_message !== completions[0]?.error_message);
  const checks = [
    { what: 'Status', found: sync.status, expected: bad > 0 ? 'completed_with_errors' : 'completed' },
    { what: 'Customers processed', found: sync.processed_count, expected: customers - bad },
    { what: 'Customers failed', found: sync.failed_count, expected: bad },
    {
      what: 'Trail entries for failed customers',
      found: trail.filter(({ activity_type }) => activity_type === 'batch_process').length,
      expected: bad,
    },
    { what: 'Completion entries by the service', found: completions.length, expected: 1 },
    {
      what: 'Failures in the error groups',
      found: errors.reduce((sum, { error_count }) => sum + error_count, 0),
      expected: bad,
    },
  ];
  return { sync, checks, errors };
}

/** What another organization sees of a live sync: nothing in the list, 404 for its address. */
export async function lookWhileLive(api: Client, sync_id: string, signal: AbortSignal): Promise<Check[]> {
  const live = await reliably(() => listActiveSyncs({ client: api }), signal);
  const address = await reliably(() => getSync({ client: api, path: { sync_id } }), signal).then(
    () => 200,
    (error: unknown) => {
      if (error instanceof Refused) return error.status;
      throw error;
    },
  );
  return [
    { what: 'Other organization: live syncs', found: live.length, expected: 0 },
    { what: "Other organization: the sync's address", found: address, expected: 404 },
  ];
}

/** What another organization sees of the trail that a sync left: nothing. */
export async function lookAfterwards(api: Client, sync_id: string, signal: AbortSignal): Promise<Check> {
  const trail = await trailOf(api, sync_id, signal);
  return { what: 'Other organization: trail entries', found: trail.length, expected: 0 };
}

async function trailOf(api: Client, sync_id: string, signal: AbortSignal): Promise<Activity[]> {
  const entries: Activity[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { sync_id, limit: 1_000, ...(cursor && { cursor }) };
    const page = await reliably(() => listActivity({ client: api, query }), signal);
    entries.push(...page.items);
    if (!page.next_cursor) return entries;
    cursor = page.next_cursor;
  }
}
