import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Candidate, ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { resolveDuplicateTargets } from '../../planning/duplicate.targets.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { MayPass } from '../../planning/field.directions.ts';
import { type Binding, type ItemPlan, isEcho, planItem } from '../../planning/item.plan.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { referencesOf, translateReferences } from '../../planning/references.ts';
import { findBindings, findBoundDestinations, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

export interface PlannerOptions {
  readonly pair: Pair;
  readonly session: ConnectorSession;
  readonly mayPass: MayPass;
  readonly onConflict: 'skip' | 'overwrite';
  readonly destinationDeletes: boolean;
  /** Also compares items that did not change at the source, because the destination may have changed. */
  readonly thorough: boolean;
  /** RFC 3339. Nothing was created for this run before this time. */
  readonly since: string;
}

/** Plans what to do with items. It first loads everything the plan needs, in three statements and at most two calls. */
export class ItemPlanner {
  private readonly database: TenantDatabase;
  private readonly retryPolicy: RetryPolicy;
  private readonly signal: AbortSignal;
  private readonly options: PlannerOptions;

  constructor(database: TenantDatabase, retryPolicy: RetryPolicy, signal: AbortSignal, options: PlannerOptions) {
    this.database = database;
    this.retryPolicy = retryPolicy;
    this.signal = signal;
    this.options = options;
  }

  /** Returns the plans in the order of the items. None of the items may have a problem. */
  async plan(items: readonly WorkItem[]): Promise<PlannedItem[]> {
    const { pair, thorough, mayPass, onConflict, destinationDeletes } = this.options;
    const bindings = await this.bindings(items);
    const compared = items.filter(({ item }) => thorough || !isEcho(item, bindings.get(item.external_id) ?? null));
    const targets = await this.targets(compared);
    const destinations = await this.destinations(compared, bindings, targets);
    const matched = [...destinations.values()].flat().map(({ external_id }) => external_id);
    const bound = await this.database.query<{ source_id: string; destination_id: string }>(
      findBoundDestinations(pair, matched),
    );
    const plans = items.map(({ item }): ItemPlan => {
      const id = item.external_id;
      const target = targets.get(id);
      if (target === undefined) return { kind: 'unchanged', destination: null };
      return planItem({
        source: item,
        target,
        binding: bindings.get(id) ?? null,
        destination: destinations.get(id) ?? [],
        boundElsewhere: new Set(bound.filter(({ source_id }) => source_id !== id).map((row) => row.destination_id)),
        mayPass,
        onConflict,
        destinationDeletes,
      });
    });
    return resolveDuplicateTargets(pair.entity, plans).map((plan, index) => {
      const work = items[index] as WorkItem;
      const id = work.item.external_id;
      return { work, plan, binding: bindings.get(id) ?? null, key: keyOf(pair, id) };
    });
  }

  private async bindings(items: readonly WorkItem[]): Promise<Map<string, Binding>> {
    const ids = items.map(({ item }) => item.external_id);
    const rows = await this.database.query<Binding>(findBindings(this.options.pair, ids));
    return new Map(rows.map((row) => [row.source_id, row]));
  }

  /** The data to write for each item, with its references as ids of the destination. Null for a deleted item. */
  private async targets(items: readonly WorkItem[]): Promise<Map<string, CanonicalData | null>> {
    const { pair } = this.options;
    const wanted = referencesOf(
      pair.entity,
      items.flatMap(({ item }) => item.data ?? []),
    );
    const found = new Map<string, string>();
    for (const entity of ['customer', 'product'] as const) {
      if (wanted[entity].size === 0) continue;
      const rows = await this.database.query<Binding>(findBindings({ ...pair, entity }, [...wanted[entity]]));
      for (const row of rows) found.set(`${entity} ${row.source_id}`, row.destination_id);
    }
    const lookup = (entity: string, sourceId: string) => found.get(`${entity} ${sourceId}`) ?? null;
    return new Map(
      items.map(({ item }) => [item.external_id, item.data && translateReferences(pair.entity, item.data, lookup)]),
    );
  }

  /** The entries of the destination by source id: the bound entry, or the matching entries when there is no binding. */
  private async destinations(
    items: readonly WorkItem[],
    bindings: ReadonlyMap<string, Binding>,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ): Promise<Map<string, ExternalItem[]>> {
    const { pair, session, since } = this.options;
    const found = new Map<string, ExternalItem[]>();
    const boundIds = items.flatMap(({ item }) => bindings.get(item.external_id)?.destination_id ?? []);
    if (boundIds.length > 0) {
      const read = (part: readonly string[]) =>
        this.retryPolicy.call(() => session.readByIds(pair.entity, part, this.signal));
      const entries = await inSmallerParts(boundIds, read, oversized);
      const byId = new Map(entries.map((entry) => [entry.external_id, entry]));
      for (const [id, { destination_id }] of bindings) {
        const entry = byId.get(destination_id);
        if (entry) found.set(id, [entry]);
      }
    }
    const unbound = items.filter(({ item }) => item.data && !bindings.has(item.external_id));
    if (unbound.length === 0) return found;
    const candidates = unbound.map(
      ({ item }): Candidate => ({
        key: keyOf(pair, item.external_id),
        data: targets.get(item.external_id) as CanonicalData,
        since,
      }),
    );
    const find = (part: readonly Candidate[]) =>
      this.retryPolicy.call(() => session.findMatches(pair.entity, part, this.signal));
    const matches = await inSmallerParts(candidates, find, (_, error) => [oversized('unknown', error)]);
    for (const [index, { item }] of unbound.entries()) found.set(item.external_id, matches[index] ?? []);
    return found;
  }
}

/** Contains the id itself where its characters allow it. The prefix of the connection's id distinguishes two sources. */
function keyOf({ source }: Pair, externalId: string): string {
  const id = /^[A-Za-z0-9_-]{1,40}$/.test(externalId) ? externalId : contentHash(externalId).slice(0, 22);
  return `${source.slice(0, 8)}-${id}`;
}
