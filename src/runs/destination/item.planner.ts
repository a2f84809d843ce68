import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Candidate, ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { resolveDuplicateTargets } from '../../planning/duplicate.targets.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { MayPass } from '../../planning/field.directions.ts';
import { type Binding, type ItemPlan, isEcho, planItem } from '../../planning/item.plan.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { type Lookup, referencesOf, translateReferences } from '../../planning/references.ts';
import { findBindings, findBoundDestinations, isBinding, type Link, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

export interface PlannerOptions {
  readonly pair: Pair;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
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
    const stored = await this.bindings(items);
    const compared = items.filter(
      ({ item }) => thorough || !isEcho(item, stored.bindings.get(item.external_id) ?? null),
    );
    const { targets, befores } = await this.targets(compared, stored.bindings);
    const { found: destinations, reborn } = await this.destinations(compared, stored, targets);
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
        binding: reborn.has(id) ? null : (stored.bindings.get(id) ?? null),
        linkedTo: reborn.has(id) ? null : (stored.links.get(id)?.destination_id ?? null),
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
      const known = { target: targets.get(id) ?? null, before: reborn.has(id) ? null : (befores.get(id) ?? null) };
      return { work, plan, binding: stored.bindings.get(id) ?? null, ...known, key: this.keyOf(work, reborn) };
    });
  }

  private async bindings(items: readonly WorkItem[]): Promise<StoredBindings> {
    const ids = items.map(({ item }) => item.external_id);
    const rows = await this.database.query<Parameters<typeof isBinding>[0]>(findBindings(this.options.pair, ids));
    return {
      bindings: new Map(rows.filter(isBinding).map((row) => [row.source_id, row])),
      links: new Map(rows.filter((row) => !isBinding(row)).map((row) => [row.source_id, row])),
    };
  }

  /** The data to write for each item and the source at the last sync, both with references as ids of the destination. */
  private async targets(items: readonly WorkItem[], bindings: ReadonlyMap<string, Binding>) {
    const { entity } = this.options.pair;
    const pairs = items.map(({ item }) => ({ item, before: bindings.get(item.external_id)?.source_data ?? null }));
    const translate = await this.translation(
      pairs.flatMap(({ item, before }) => [item.data ?? [], before ?? []].flat()),
    );
    const translated = (data: CanonicalData | null) => data && translateReferences(entity, data, translate);
    return {
      targets: new Map(pairs.map(({ item }) => [item.external_id, translated(item.data)])),
      befores: new Map(pairs.map(({ item, before }) => [item.external_id, translated(before)])),
    };
  }

  /** The ids of the destination for those that the data refers to. */
  private async translation(data: readonly CanonicalData[]): Promise<Lookup> {
    const { pair } = this.options;
    const wanted = referencesOf(pair.entity, data);
    const found = new Map<string, string>();
    for (const entity of ['customer', 'product'] as const) {
      if (wanted[entity].size === 0) continue;
      const rows = await this.database.query<Binding>(findBindings({ ...pair, entity }, [...wanted[entity]]));
      for (const row of rows) found.set(`${entity} ${row.source_id}`, row.destination_id);
    }
    return (entity, sourceId) => found.get(`${entity} ${sourceId}`) ?? null;
  }

  /**
   * The entries of the destination by source id: the bound entry, or the matching entries when there is no binding. `reborn`: items
   * whose binding holds no longer, because one of its ids has been given to another entry.
   */
  private async destinations(
    items: readonly WorkItem[],
    { bindings, links }: StoredBindings,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ): Promise<{ found: Map<string, ExternalItem[]>; reborn: ReadonlySet<string> }> {
    const { pair, session, since } = this.options;
    const found = new Map<string, ExternalItem[]>();
    const reborn = new Set<string>();
    const known = items.flatMap(({ item }) => {
      const link = bindings.get(item.external_id) ?? links.get(item.external_id);
      return link ? [{ item, link }] : [];
    });
    if (known.length > 0) {
      const read = (part: readonly string[]) =>
        this.retryPolicy.call(() => session.readByIds(pair.entity, part, this.signal));
      const ids = known.map(({ link }) => link.destination_id);
      const entries = await inSmallerParts(ids, read, oversized);
      const byId = new Map(entries.map((entry) => [entry.external_id, entry]));
      for (const { item, link } of known) {
        const entry = byId.get(link.destination_id);
        if (isReborn(item, link.source_born) || isReborn(entry, link.destination_born)) reborn.add(item.external_id);
        else if (entry) found.set(item.external_id, [entry]);
      }
    }
    const isKnown = new Set(known.map(({ item }) => item.external_id).filter((id) => !reborn.has(id)));
    const unbound = items.filter(({ item }) => item.data && !isKnown.has(item.external_id));
    if (unbound.length === 0) return { found, reborn };
    const candidates = unbound.map(
      (work): Candidate => ({
        key: this.keyOf(work, reborn),
        data: targets.get(work.item.external_id) as CanonicalData,
        since,
      }),
    );
    const find = (part: readonly Candidate[]) =>
      this.retryPolicy.call(() => session.findMatches(pair.entity, part, this.signal));
    const matches = await inSmallerParts(candidates, find, (_, error) => [oversized('unknown', error)]);
    for (const [index, { item }] of unbound.entries()) found.set(item.external_id, matches[index] ?? []);
    return { found, reborn };
  }

  /** Whoever has got the id of another entry must not be found by the mark of what was created for that one. */
  private keyOf({ item }: WorkItem, reborn: ReadonlySet<string>): string {
    const { external_id, born } = item;
    return keyOf(this.options.mark, external_id, reborn.has(external_id) && born ? born : null);
  }
}

interface StoredBindings {
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly links: ReadonlyMap<string, Link>;
}

const isReborn = (entry: ExternalItem | undefined, known: string | null | undefined): boolean =>
  Boolean(known && entry?.born && entry.born !== known);

/** Contains the id itself where its characters allow it. The mark of the source distinguishes it from another source's. */
function keyOf(mark: string, externalId: string, born: string | null): string {
  const id = /^[A-Za-z0-9_-]{1,40}$/.test(externalId) ? externalId : contentHash(externalId).slice(0, 22);
  return born === null ? `${mark}-${id}` : `${mark}-${id}-${contentHash(born).slice(0, 8)}`;
}
