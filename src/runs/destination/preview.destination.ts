import type { ItemProblem } from '../../connectors/contract/connector.types.ts';
import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { contentHash, diffFields } from '../../planning/field.diff.ts';
import { changeOf } from '../../planning/planned.change.ts';
import { outcomeOfPlan, outcomeOfWrite } from '../../planning/planned.outcome.ts';
import type { ItemOutcome, PlannedItem, PreviewChange, WorkItem } from '../../planning/planning.types.ts';
import { type FoundRecord, findRecords } from '../../records/records.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { BatchResult, Destination, Planner, Run } from '../run.types.ts';
import { claimed } from './connection.destination.ts';
import type { MissingReferences } from './missing.references.ts';
import { problemOutcome } from './records.destination.ts';
import type { WriteTrial } from './write.trial.ts';

const ACTIONS = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  unbind: 'unchanged',
  conflict: 'conflict',
} as const;

/** Finds what the destination would refuse, and what the refusals mean. */
interface Refusing {
  readonly trial: WriteTrial;
  readonly references: MissingReferences;
}

/** Computes the changes that a sync to another connection would make, and writes nothing there. */
export class ConnectionPreview implements Destination {
  private readonly planner: Planner;
  private readonly refusing: Refusing | null;
  private readonly budget: DeletionBudget;
  private readonly expiresAt: string;

  /** Without `refusing`, what the destination would refuse is a change, too. */
  constructor(planner: Planner, refusing: Refusing | null, budget: DeletionBudget, expiresAt: string) {
    this.planner = planner;
    this.refusing = refusing;
    this.budget = budget;
    this.expiresAt = expiresAt;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const broken = items.flatMap((work) => problemOutcome(work) ?? []);
    const planned = await this.planner.plan(items.filter(({ item }) => !item.problem));
    this.budget.spend(planned.filter(({ plan }) => plan.kind === 'delete').length);
    const refusals = await this.refusals(planned);
    const outcomes = planned.map((one) => {
      const problem = refusals.get(one);
      return problem ? outcomeOfWrite(one, { ok: false, problem }) : foreseen(one);
    });
    return {
      items: [...broken, ...outcomes],
      changes: planned.filter((one) => !refusals.has(one)).flatMap(changeOf),
      changes_expire_at: this.expiresAt,
      claims: planned.flatMap(claimed),
    };
  }

  private async refusals(planned: readonly PlannedItem[]): Promise<ReadonlyMap<PlannedItem, ItemProblem>> {
    if (!this.refusing) return new Map();
    const { trial, references } = this.refusing;
    return references.explain(await trial.refusals(planned));
  }
}

/** The outcome of a write that the destination takes, or of no write. */
export function foreseen(one: PlannedItem): ItemOutcome {
  const { kind } = one.plan;
  if (kind === 'conflict' || kind === 'refused' || kind === 'unchanged') return outcomeOfPlan(one);
  return { external_id: one.work.item.external_id, outcome: 'processed', action: ACTIONS[kind] };
}

/** Computes the changes that a sync into the records would make. */
export class RecordsPreview implements Destination {
  private readonly database: TenantDatabase;
  private readonly run: Run;
  private readonly budget: DeletionBudget;
  private readonly expiresAt: string;

  constructor(database: TenantDatabase, run: Run, budget: DeletionBudget, expiresAt: string) {
    this.database = database;
    this.run = run;
    this.budget = budget;
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
    this.budget.spend(changes.filter(({ kind }) => kind === 'delete').length);
    const kinds = new Map(changes.map(({ external_id, kind }) => [external_id, kind]));
    const outcomes = sound.map(({ item: { external_id } }): ItemOutcome => {
      const kind = kinds.get(external_id);
      return { external_id, outcome: 'processed', action: kind ? ACTIONS[kind] : 'unchanged' };
    });
    return { items: [...broken, ...outcomes], changes, changes_expire_at: this.expiresAt };
  }
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
