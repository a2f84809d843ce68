import { expect } from 'vitest';
import type { Json, RunsFixture } from '../runs/runs.support.ts';
import type { SourceDestinationCheck } from '../runs/two-systems.support.ts';

/** What a reconcile answered: its counts, and `different name, phone` of each item that is not equal, by both ids. */
export interface Reconciled {
  readonly syncId: string;
  readonly result: Json;
  readonly differences: Readonly<Record<string, string>>;
  readonly listed: readonly Json[];
}

/** Starts a reconcile and waits for its end. */
export async function reconcile(
  fixture: RunsFixture,
  orgId: string,
  { source_connection_id, destination, entity_type }: SourceDestinationCheck,
): Promise<Reconciled> {
  const path = `/connections/${source_connection_id}/reconcile`;
  const asked = await fixture.call(orgId, 'POST', path, { with: destination, entity_type });
  expect([asked.status, asked.body.kind]).toEqual([202, 'reconcile']);
  return reconciled(fixture, orgId, asked.body.sync_id);
}

/** After the end of a reconcile. */
export async function reconciled(fixture: RunsFixture, orgId: string, syncId: string): Promise<Reconciled> {
  const { reconcile: result, progress } = await fixture.ended(orgId, syncId, 60_000);
  expect([progress.status, progress.error_message]).toEqual([expect.stringMatching(/^completed/), null]);
  const listed: Json[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await fixture.call(orgId, 'GET', `/runs/${syncId}/differences?limit=3${cursor}`);
    listed.push(...body.items);
    if (!body.next_cursor) break;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
  const differences = Object.fromEntries(
    listed.map(({ external_id, destination_id, difference, fields }) => [
      `${external_id}→${destination_id}`,
      [difference, fields.map(({ field }: Json) => field).join(', ')].filter(Boolean).join(' '),
    ]),
  );
  return { syncId, result, differences, listed };
}
