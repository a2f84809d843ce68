import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { contentHash } from '../../planning/field.diff.ts';
import { changeOf } from '../../planning/planned.change.ts';
import { matchesExpectation, outcomeOfPlan } from '../../planning/planned.outcome.ts';
import type { KeptChange, PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { planUndo } from '../../planning/undo.plan.ts';
import { changedSince, findKept, inAll } from '../../records/history/kept.changes.sql.ts';
import { findEveryRecord, type StoredRecord } from '../../records/records.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { foreseen } from '../destination/preview.destination.ts';
import { staleOutcome } from '../destination/records.destination.ts';
import type { BatchResult, Destination, RecordChange, Run } from '../run.types.ts';

/** Takes back what a run changed in the records, or for a preview determines what would be taken back. */
export class RecordsUndo implements Destination {
  private readonly database: TenantDatabase;
  private readonly run: Run;
  private readonly undoneSyncId: string;
  private readonly budget: DeletionBudget;
  private readonly changesExpireAt: string;

  constructor(
    database: TenantDatabase,
    run: Run,
    undoneSyncId: string,
    budget: DeletionBudget,
    changesExpireAt: string,
  ) {
    this.database = database;
    this.run = run;
    this.undoneSyncId = undoneSyncId;
    this.budget = budget;
    this.changesExpireAt = changesExpireAt;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const all = await this.plan(items);
    const planned = all.filter(matchesExpectation);
    const stale = all.filter((one) => !planned.includes(one));
    this.budget.spend(planned.filter(({ plan }) => plan.kind === 'delete').length);
    if (this.run.kind === 'preview')
      return {
        items: planned.map(foreseen),
        changes: planned.flatMap(changeOf),
        changes_expire_at: this.changesExpireAt,
      };
    return {
      items: [
        ...stale.map(({ work }) => staleOutcome(work)),
        ...planned.map((one) => {
          const { external_id } = one.work.item;
          return isWritten(one) ? { external_id, outcome: 'processed' as const } : outcomeOfPlan(one);
        }),
      ],
      records: planned.flatMap(recordAfter),
    };
  }

  private async plan(items: readonly WorkItem[]): Promise<PlannedItem[]> {
    const { org_id, source_connection_id, entity_type } = this.run;
    const ids = items.map(({ item }) => item.external_id);
    const undone = { org_id, sync_id: this.undoneSyncId };
    const kept = inAll(await this.database.query<KeptChange>(findKept(undone, ids)));
    const rows = await this.database.query<StoredRecord>(
      findEveryRecord(org_id, source_connection_id, entity_type, ids),
    );
    const records = new Map(rows.map((row) => [row.external_id, row]));
    const later = await this.database.query<Pick<KeptChange, 'external_id' | 'was'>>(
      changedSince(undone, source_connection_id, entity_type, ids),
    );
    return items.map((work): PlannedItem => {
      const { external_id } = work.item;
      const row = records.get(external_id);
      const change = kept.get(external_id);
      const whole = change && row && wholeChange(change, row, later);
      return {
        ...{
          work,
          binding: null,
          target: null,
          before: null,
          key: '',
          fingerprint: null,
          wasRefused: false,
          claims: [],
        },
        plan: whole
          ? planUndo({
              change: whole,
              found: { external_id, data: row.is_deleted ? null : row.data, deleted: row.is_deleted },
              matches: [],
              mayPass: () => true,
              destinationDeletes: 'permanent',
              isInUseElsewhere: false,
            })
          : { kind: 'unchanged', destination: null },
      };
    });
  }
}

/** Of a record that was created or deleted the change keeps the hash only: what it held is in the record, and in what changed it since. */
function wholeChange(
  change: KeptChange,
  row: StoredRecord,
  later: readonly Pick<KeptChange, 'external_id' | 'was'>[],
): KeptChange {
  if (change.kind === 'delete')
    return { ...change, was: row.content_hash === change.after_hash ? { ...row.data } : null };
  if (change.kind !== 'create' || row.content_hash === change.after_hash) return change;
  const earlier = later.filter(({ external_id }) => external_id === change.external_id).map(({ was }) => was);
  return { ...change, became: Object.assign({ ...row.data }, ...earlier) };
}

const isWritten = ({ plan }: PlannedItem): boolean => 'data' in plan || plan.kind === 'delete';

function recordAfter({ work, plan }: PlannedItem): RecordChange[] {
  const { external_id } = work.item;
  if (plan.kind === 'delete') return [{ external_id, deleted: true }];
  const data: CanonicalData | null = 'data' in plan ? plan.data : null;
  return data ? [{ external_id, data, hash: contentHash(data), deleted: false }] : [];
}
