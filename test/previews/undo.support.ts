import type { Json, RunsFixture } from '../runs/runs.support.ts';

/** What the preview of an undo shows of an item, and what its application came to. */
interface Undone {
  readonly preview: Json;
  readonly changes: Json[];
  readonly run: Json;
}

/** Computes the undo of a run and applies it, against the guard when it must. */
export async function undo(fixture: RunsFixture, orgId: string, syncId: string): Promise<Undone> {
  const preview = await undoPreview(fixture, orgId, syncId);
  const { source_connection_id, destination, entity_type } = preview.run;
  const { status, body } = await fixture.call(orgId, 'POST', '/runs', {
    ...{ source_connection_id, entity_type, preview: preview.run.sync_id },
    destination: destination === 'records' ? destination : { connection_id: destination },
    override_guard: { reason: 'It is taken back.' },
  });
  if (status !== 202) throw new Error(JSON.stringify(body));
  const run = await fixture.ended(orgId, body.sync_id, 60_000);
  return { preview: preview.body, changes: preview.changes, run };
}

export async function undoPreview(fixture: RunsFixture, orgId: string, syncId: string) {
  const asked = await fixture.call(orgId, 'POST', `/runs/${syncId}/undo`);
  if (asked.status !== 202) throw new Error(JSON.stringify(asked.body));
  const run = await fixture.ended(orgId, asked.body.sync_id, 60_000);
  if (run.progress.status !== 'completed') throw new Error(JSON.stringify(run.progress));
  const { body } = await fixture.call(orgId, 'GET', `/previews/${asked.body.cache_key}`);
  const { body: changes } = await fixture.call(orgId, 'GET', `/progress/${run.sync_id}/changes?limit=1000`);
  return { run, body, changes: changes.items as Json[] };
}
