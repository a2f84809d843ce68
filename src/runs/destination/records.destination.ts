import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { ItemOutcome, WorkItem } from '../../planning/planning.types.ts';
import { type FoundRecord, findRecords } from '../../records/records.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { BatchResult, Destination, RecordChange, Run } from '../run.types.ts';

/** Keeps what is read as canonical records. What changed is found out where it is written, in app.commit_batch. */
export class RecordsDestination implements Destination {
  private readonly database: TenantDatabase;
  private readonly run: Run;
  private readonly budget: DeletionBudget;

  constructor(database: TenantDatabase, run: Run, budget: DeletionBudget) {
    this.database = database;
    this.run = run;
    this.budget = budget;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const asks = items.filter(({ item, expected }) => item.deleted || expected);
    const known = asks.length > 0 ? await this.known(asks) : new Map<string, FoundRecord>();
    this.budget.spend(items.filter(({ item }) => item.deleted && known.has(item.external_id)).length);
    const stale = new Set(items.filter((work) => isStale(work, known)));
    return {
      items: items.map((work) => (stale.has(work) ? staleOutcome(work) : outcomeOf(work))),
      records: items.filter((work) => !stale.has(work)).flatMap(recordOf),
    };
  }

  private async known(items: readonly WorkItem[]): Promise<Map<string, FoundRecord>> {
    const { org_id, source_connection_id, entity_type } = this.run;
    const ids = items.map(({ item }) => item.external_id);
    const rows = await this.database.query<FoundRecord>(findRecords(org_id, source_connection_id, entity_type, ids));
    return new Map(rows.map((row) => [row.external_id, row]));
  }
}

/** The record to store for an item as it was read; none for one that could not be mapped. */
export function recordOf({ item }: WorkItem): RecordChange[] {
  if (item.data !== null)
    return [{ external_id: item.external_id, data: item.data, hash: contentHash(item.data), deleted: false }];
  return item.deleted ? [{ external_id: item.external_id, deleted: true }] : [];
}

/** An item that the source itself could not be mapped from; undefined when it could. */
export function problemOutcome({ item }: WorkItem): ItemOutcome | undefined {
  if (!item.problem) return undefined;
  return { external_id: item.external_id, outcome: 'failed', ...item.problem, payload: item.raw ?? null };
}

function outcomeOf(work: WorkItem): ItemOutcome {
  return problemOutcome(work) ?? { external_id: work.item.external_id, outcome: 'processed' };
}

function isStale({ item, expected }: WorkItem, known: ReadonlyMap<string, FoundRecord>): boolean {
  if (!expected || item.problem) return false;
  const sourceHash = item.data && contentHash(item.data);
  const destinationHash = known.get(item.external_id)?.content_hash ?? null;
  return sourceHash !== expected.source_hash || destinationHash !== expected.destination_hash;
}

/** What a preview showed is applied as it was shown or not at all. */
export const staleOutcome = ({ item }: WorkItem): ItemOutcome => ({
  external_id: item.external_id,
  outcome: 'skipped',
  action: 'skipped',
  error_class: 'stale_preview',
  message: 'It changed since the preview was computed; compute a new one.',
  payload: item.data,
});
