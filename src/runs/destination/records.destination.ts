import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { ItemOutcome, WorkItem } from '../../planning/planning.types.ts';
import { type FoundRecord, findRecords } from '../../records/records.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { BatchResult, Destination, RecordChange, Run } from '../run.types.ts';

/** Stores items as canonical records. app.commit_batch finds out which of them changed. */
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
    const compared = items.filter(({ item, expected }) => item.deleted || expected);
    const known = compared.length > 0 ? await this.known(compared) : new Map<string, FoundRecord>();
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

/** The record to store for an item. Empty for an item that could not be mapped. */
export function recordOf({ item }: WorkItem): RecordChange[] {
  if (item.data !== null)
    return [{ external_id: item.external_id, data: item.data, hash: contentHash(item.data), deleted: false }];
  return item.deleted ? [{ external_id: item.external_id, deleted: true }] : [];
}

/** The outcome of an item that could not be mapped. Undefined for any other item. */
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

/** The outcome of an item that is skipped because its change is no longer the one that the preview showed. */
export const staleOutcome = ({ item }: WorkItem): ItemOutcome => ({
  external_id: item.external_id,
  outcome: 'skipped',
  action: 'skipped',
  error_class: 'stale_preview',
  message: 'The item has changed since the preview was computed. Compute a new preview.',
  payload: item.data,
});
