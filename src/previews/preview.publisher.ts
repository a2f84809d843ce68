import { Injectable } from '@nestjs/common';
import type { Refusals } from '../planning/deletion.guard.ts';
import type { PreviewChange } from '../planning/planning.types.ts';
import { previewKey } from '../preview-cache/preview.key.ts';
import { PreviewService } from '../preview-cache/preview.service.ts';
import { type ChangeTokens, onlyItem, type Run } from '../runs/run.types.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { changesNotKept, firstChanges, runCounts } from './preview.sql.ts';

/** The number of changes of each kind in the cached preview. The other changes are read in pages. */
const SHOWN_OF_EACH = 50;
/** How long the changes are kept: longer than the preview itself, so that an apply that waits for its slot still finds them. */
const CHANGES_HOURS = 48;

/** The `delta_data` of a preview that a run computed. */
export interface PreviewDelta {
  readonly sync_id: string;
  readonly source_connection_id: string;
  readonly destination: string;
  readonly mode: Run['mode'];
  readonly tokens: ChangeTokens;
  /** For an undo: the sync whose changes are taken back; which are not, and what the next sync does. */
  readonly undoes_sync_id: string | null;
  readonly note: string | null;
  readonly creates: readonly ShownChange[];
  readonly updates: readonly ShownChange[];
  readonly deletes: readonly ShownChange[];
  readonly conflicts: readonly ShownChange[];
}
const AFTER_UNDO =
  'The source is not changed. The next full sync brings these changes again, and so does an incremental one when the item changes; only what had been archived or deleted stays as it is restored. To keep it as it was, correct the source or switch the schedule off.';

/** Nobody knows any more what these were. */
const missing = (notKept: number): string[] =>
  notKept > 0
    ? [
        `${notKept} ${notKept === 1 ? 'change' : 'changes'} of the sync ${notKept === 1 ? 'is' : 'are'} not taken back: your organization had no room to keep ${notKept === 1 ? 'it' : 'them'}.`,
      ]
    : [];

type ShownChange = Pick<PreviewChange, 'external_id' | 'destination_id' | 'fields' | 'reason' | 'data'>;

/** The inputs of a preview. They name source and destination, so that previews of two shops of a tenant do not replace each other; nor does a reconcile. */
function previewInputs(run: Run) {
  const ends = `${run.source_connection_id}:${run.destination_connection_id ?? 'records'}`;
  return {
    sync_type: run.undoes_sync_id
      ? `undo:${run.undoes_sync_id}:${ends}`
      : `${run.kind === 'reconcile' ? 'reconcile' : 'connection'}:${ends}`,
    entity_type: run.entity_type,
    filters: { ...run.filters, mode: run.mode },
  };
}

/** The cache key of the preview that a run computes. */
export const previewKeyOf = (run: Run): string => previewKey(previewInputs(run));

/** Stores the result of a preview's run in the preview cache. */
@Injectable()
export class PreviewPublisher {
  constructor(
    private readonly database: TenantDatabase,
    private readonly previews: PreviewService,
  ) {}

  /** RFC 3339. */
  changesExpireAt(run: Run): string {
    return new Date(Date.parse(run.created_at) + CHANGES_HOURS * 3_600_000).toISOString();
  }

  /** Called in the transaction that ends the run. */
  async publish(run: Run, tokens: ChangeTokens, { guard, approval }: Refusals): Promise<void> {
    const rows = await this.database.query<PreviewChange>(firstChanges(run, SHOWN_OF_EACH));
    const [{ counts } = { counts: {} }] = await this.database.query<{ counts: Record<string, number> }>(runCounts(run));
    const notKept = await this.notKept(run);
    const shown = (kind: PreviewChange['kind']) =>
      rows.filter((row) => row.kind === kind).map(({ kind: _, ...change }): ShownChange => change);
    const delta: PreviewDelta = {
      sync_id: run.sync_id,
      source_connection_id: run.source_connection_id,
      destination: run.destination_connection_id ?? 'records',
      mode: run.mode,
      tokens,
      undoes_sync_id: run.undoes_sync_id,
      note: run.undoes_sync_id && [...missing(notKept), AFTER_UNDO].join(' '),
      creates: shown('create'),
      updates: shown('update'),
      deletes: shown('delete'),
      conflicts: shown('conflict'),
    };
    await this.previews.store({
      ...previewInputs(run),
      delta_data: { ...delta },
      summary: {
        creates: counts.created ?? counts.missing_at_destination ?? 0,
        updates: counts.updated ?? counts.different ?? 0,
        deletes: counts.deleted ?? counts.missing_at_source ?? 0,
        unchanged: counts.equal ?? counts.unchanged ?? 0,
        conflicts: counts.conflict ?? counts.not_compared ?? 0,
        failed: counts.failed ?? 0,
        ...(run.undoes_sync_id !== null && { not_kept: notKept }),
        guard,
        approval,
      },
    });
  }

  /** How many changes of the sync that is undone nobody can take back. Of one item alone, all are kept that are asked for. */
  private async notKept({ org_id, undoes_sync_id, ...run }: Run): Promise<number> {
    if (undoes_sync_id === null || onlyItem({ ...run, undoes_sync_id }) !== null) return 0;
    const [row] = await this.database.query<{ changes_not_kept: string }>(changesNotKept(org_id, undoes_sync_id));
    return Number(row?.changes_not_kept ?? 0);
  }
}
