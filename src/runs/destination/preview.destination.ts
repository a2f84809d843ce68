import { contentHash, diffFields } from '../../planning/field.diff.ts';
import { changeOf } from '../../planning/planned.change.ts';
import { outcomeOfPlan } from '../../planning/planned.outcome.ts';
import type { ItemOutcome, PreviewChange, WorkItem } from '../../planning/planning.types.ts';
import { type FoundRecord, findRecords } from '../../records/records.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { BatchResult, Destination, Run } from '../run.types.ts';
import type { ItemPlanner } from './item.planner.ts';
import { problemOutcome } from './records.destination.ts';

const ACTIONS = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  unbind: 'unchanged',
  conflict: 'conflict',
} as const;

/** Computes the changes that a sync to another connection would make, and writes nothing there. */
export class ConnectionPreview implements Destination {
  private readonly planner: ItemPlanner;
  private readonly expiresAt: string;

  constructor(planner: ItemPlanner, expiresAt: string) {
    this.planner = planner;
    this.expiresAt = expiresAt;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const broken = items.flatMap((work) => problemOutcome(work) ?? []);
    const all = await this.planner.plan(items.filter(({ item }) => !item.problem));
    const refused = all.filter(({ plan }) => plan.kind === 'refused');
    const planned = all.filter(({ plan }) => plan.kind !== 'refused');
    const changes = planned.flatMap(changeOf);
    return shown(
      [...broken, ...refused.map(outcomeOfPlan)],
      planned.map(({ work }) => work),
      changes,
      this.expiresAt,
    );
  }
}

/** Computes the changes that a sync into the records would make. */
export class RecordsPreview implements Destination {
  private readonly database: TenantDatabase;
  private readonly run: Run;
  private readonly expiresAt: string;

  constructor(database: TenantDatabase, run: Run, expiresAt: string) {
    this.database = database;
    this.run = run;
    this.expiresAt = expiresAt;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const { org_id, source_connection_id, entity_type } = this.run;
    const broken = items.flatMap((work) => problemOutcome(work) ?? []);
    const sound = items.filter(({ item }) => !item.problem);
    const ids = sound.map(({ item }) => item.external_id);
    const rows = await this.database.query<FoundRecord>(findRecords(org_id, source_connection_id, entity_type, ids));
    const known = new Map(rows.map((row) => [row.external_id, row]));
    const changes = sound.flatMap((work) => recordChange(work, known.get(work.item.external_id)));
    return shown(broken, sound, changes, this.expiresAt);
  }
}

function shown(
  broken: readonly ItemOutcome[],
  sound: readonly WorkItem[],
  changes: readonly PreviewChange[],
  changes_expire_at: string,
): BatchResult {
  const kinds = new Map(changes.map(({ external_id, kind }) => [external_id, kind]));
  const items = sound.map(({ item }): ItemOutcome => {
    const kind = kinds.get(item.external_id);
    return { external_id: item.external_id, outcome: 'processed', action: kind ? ACTIONS[kind] : 'unchanged' };
  });
  return { items: [...broken, ...items], changes, changes_expire_at };
}

function recordChange({ item }: WorkItem, known: FoundRecord | undefined): PreviewChange[] {
  const source_hash = item.data && contentHash(item.data);
  if (source_hash === (known?.content_hash ?? null)) return [];
  const common = {
    external_id: item.external_id,
    destination_id: known ? item.external_id : null,
    source_hash,
    destination_hash: known?.content_hash ?? null,
    reason: null,
  };
  if (!item.data) return [{ ...common, kind: 'delete', fields: [], data: known?.data ?? null }];
  if (!known) return [{ ...common, kind: 'create', fields: [], data: item.data }];
  return [{ ...common, kind: 'update', fields: diffFields(known.data, item.data), data: item.data }];
}
