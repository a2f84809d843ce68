import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Candidate, ExternalItem, Match } from '../../connectors/contract/connector.types.ts';
import type { Binding } from '../../planning/plan.types.ts';
import type { KeptChange, PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { planUndo } from '../../planning/undo.plan.ts';
import {
  type BindingRow,
  findBindings,
  findOtherBindings,
  isBinding,
  type OtherBinding,
} from '../../records/bindings.sql.ts';
import { findKept, inAll } from '../../records/history/kept.changes.sql.ts';
import { markKey } from '../../records/matching/mark.key.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { PlannerOptions } from '../destination/item.planner.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

type Options = Pick<PlannerOptions, 'pair' | 'mark' | 'session' | 'mayPass' | 'destinationDeletes' | 'since'>;

/** Plans how to take back what a run changed at a connection. Its items have no data: what they are to become is in the kept changes. */
export class UndoPlanner {
  private readonly database: TenantDatabase;
  private readonly retryPolicy: RetryPolicy;
  private readonly signal: AbortSignal;
  private readonly options: Options;
  private readonly undoneSyncId: string;

  constructor(
    database: TenantDatabase,
    retryPolicy: RetryPolicy,
    signal: AbortSignal,
    options: Options,
    undoneSyncId: string,
  ) {
    this.database = database;
    this.retryPolicy = retryPolicy;
    this.signal = signal;
    this.options = options;
    this.undoneSyncId = undoneSyncId;
  }

  async plan(items: readonly WorkItem[]): Promise<PlannedItem[]> {
    const { pair, mayPass, destinationDeletes } = this.options;
    const ids = items.map(({ item }) => item.external_id);
    const run = { org_id: pair.orgId, sync_id: this.undoneSyncId };
    const kept = inAll(await this.database.query<KeptChange>(findKept(run, ids)));
    const entries = await this.entries([...kept.values()]);
    const matches = await this.matches([...kept.values()], entries);
    const bindings = await this.bindings([...kept.values()]);
    const inUse = await this.inUseElsewhere([...kept.values()]);
    return items.map((work): PlannedItem => {
      const id = work.item.external_id;
      const change = kept.get(id);
      const there = change?.destination_id ?? '';
      return {
        ...{ work, binding: bindings.get(id) ?? null, target: null, before: null, key: this.keyOf(id) },
        ...{ fingerprint: null, wasRefused: false, claims: [] },
        plan: change
          ? planUndo({
              change,
              found: entries.get(there),
              matches: matches.get(id) ?? [],
              mayPass,
              destinationDeletes,
              isInUseElsewhere: inUse.has(there),
            })
          : { kind: 'unchanged', destination: null },
        ...(change && { undoes: change }),
      };
    });
  }

  /** Another than the run's own, whose entry may be in a trash. */
  private keyOf(externalId: string): string {
    return markKey(this.options.mark, externalId, this.undoneSyncId);
  }

  /** By destination id. */
  private async entries(kept: readonly KeptChange[]): Promise<Map<string, ExternalItem>> {
    const { pair, session } = this.options;
    const ids = [...new Set(kept.flatMap(({ destination_id }) => destination_id ?? []))];
    if (ids.length === 0) return new Map();
    const read = (part: readonly string[]) =>
      this.retryPolicy.call(() => session.readByIds(pair.entity, part, this.signal));
    const found = await inSmallerParts(ids, read, oversized);
    return new Map(found.map((entry) => [entry.external_id, entry]));
  }

  /** By source id: what the destination has that looks like an entry which was deleted for good. */
  private async matches(
    kept: readonly KeptChange[],
    entries: ReadonlyMap<string, ExternalItem>,
  ): Promise<Map<string, readonly Match[]>> {
    const { pair, session, since } = this.options;
    const gone = kept.filter(
      ({ kind, via_archive, was, destination_id }) =>
        kind === 'delete' && !via_archive && was && !entries.has(destination_id ?? ''),
    );
    if (gone.length === 0) return new Map();
    const candidates = gone.map(
      ({ external_id, was }): Candidate => ({ key: this.keyOf(external_id), data: was as CanonicalData, since }),
    );
    const find = (part: readonly Candidate[]) =>
      this.retryPolicy.call(() => session.findMatches(pair.entity, part, this.signal));
    const found = await inSmallerParts(candidates, find, () => []);
    return new Map(gone.map(({ external_id }, index) => [external_id, found[index] ?? []]));
  }

  /** By source id: the bindings to the entries that the run changed. One that leads to another entry by now is left alone. */
  private async bindings(kept: readonly KeptChange[]): Promise<Map<string, Binding>> {
    const { pair } = this.options;
    const there = new Map(kept.map(({ external_id, destination_id }) => [external_id, destination_id]));
    const rows = await this.database.query<BindingRow>(findBindings(pair, [...there.keys()]));
    return new Map(
      rows
        .filter(isBinding)
        .flatMap((row) => (there.get(row.source_id) === row.destination_id ? [[row.source_id, row]] : [])),
    );
  }

  private async inUseElsewhere(kept: readonly KeptChange[]): Promise<Set<string>> {
    const created = kept.flatMap(({ kind, destination_id }) => (kind === 'create' ? (destination_id ?? []) : []));
    if (created.length === 0) return new Set();
    const rows = await this.database.query<OtherBinding>(findOtherBindings(this.options.pair, created));
    return new Set(rows.flatMap((row) => (row.put_away ? [] : row.destination_id)));
  }
}
