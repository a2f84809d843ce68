import {
  type InheritedWrite,
  openWritesOf,
  type RetriedItem,
  writtenByEarlierWorker,
} from '../../planning/planned.outcome.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Run } from '../run.types.ts';
import { findOpenWrites, noteOpenWrites } from '../runs.sql.ts';
import { isHarmfulTwice } from './late.writes.ts';

/**
 * The writes of the batch at work, stored before they are sent. When the worker dies before it commits the batch, the next one knows which of
 * the changes that it finds made are the run's: they are counted, kept and can be taken back like all others.
 */
export class OpenWrites {
  private readonly database: TenantDatabase;
  private readonly run: Run;
  /** Of earlier workers, of items that this one has not come to yet. */
  private readonly inherited: Map<string, InheritedWrite>;

  private constructor(database: TenantDatabase, run: Run, inherited: readonly InheritedWrite[]) {
    this.database = database;
    this.run = run;
    this.inherited = new Map(inherited.map((write) => [write.external_id, write]));
  }

  /** `since`: see openSince. What a run that failed or was cancelled left open is of the run that finds it. */
  static async of(database: TenantDatabase, run: Run, pair: Pair, since: string): Promise<OpenWrites> {
    const rows = await database.query<{ write: InheritedWrite }>(findOpenWrites(run, pair, since));
    return new OpenWrites(
      database,
      run,
      rows.map(({ write }) => write),
    );
  }

  /** See PlannerOptions. */
  get deletes(): ReadonlySet<string> {
    return new Set(
      [...this.inherited.values()].flatMap(({ kind, external_id }) => (kind === 'delete' ? external_id : [])),
    );
  }

  /** What an earlier worker did of the plan. */
  doneBefore(one: PlannedItem): RetriedItem['intended'] {
    return writtenByEarlierWorker(one, this.inherited.get(one.work.item.external_id), this.run.lease_epoch > 1);
  }

  /** Call it before the writes among the plans of a batch are sent. False: another worker has the run, and none may be. */
  async begin(planned: readonly RetriedItem[], writes: readonly PlannedItem[]): Promise<boolean> {
    if (writes.length === 0) return true;
    const ids = new Set(planned.map(({ work }) => work.item.external_id));
    const later = [...this.inherited.values()].filter(({ isOwn, external_id }) => isOwn && !ids.has(external_id));
    const open = [...openWritesOf(planned), ...later.map(({ isOwn, ...write }) => write)];
    const noted = await this.database.query(noteOpenWrites(this.run, open, writes.some(isHarmfulTwice)));
    return noted.length > 0;
  }

  /** The results of the batch are known. */
  end(planned: readonly PlannedItem[]): void {
    for (const { work } of planned) this.inherited.delete(work.item.external_id);
  }
}
