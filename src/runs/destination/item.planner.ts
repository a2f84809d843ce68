import type { ConnectorSession, EntityDescription, ExternalItem } from '../../connectors/contract/connector.types.ts';
import type { MayPass } from '../../planning/field.directions.ts';
import { isEcho, planItem } from '../../planning/item.plan.ts';
import type { Binding, ConflictPolicy, ItemPlan } from '../../planning/plan.types.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { lacksAccount } from '../../planning/references.ts';
import { claimsOf, itemClaim, type Settled, settleRivals } from '../../planning/rivals.ts';
import { type BindingRow, findBindings, isBinding, type Pair } from '../../records/bindings.sql.ts';
import { type Claim, findClaims } from '../../records/claims.sql.ts';
import { MatchFinder } from '../../records/matching/match.finder.ts';
import { fingerprintOf, unlessRefused } from '../../records/refusal.memory.ts';
import { findRefusals, type Refusal } from '../../records/refusals.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Calls } from '../worker/retry.policy.ts';
import { DestinationEntries, type StoredBindings } from './destination.entries.ts';
import { EntryHolders } from './entry.holders.ts';
import { ReferenceTranslation, unlessUnsynced } from './reference.translation.ts';
import { SourceSuccession } from './source.succession.ts';

export interface PlannerOptions {
  /** Null: what other batches of a run took is not asked for. */
  readonly syncId: string | null;
  readonly pair: Pair;
  /** The connections to its two systems. */
  readonly ends: Pick<Pair, 'source' | 'destination'>;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
  readonly source: ConnectorSession;
  readonly session: ConnectorSession;
  readonly mayPass: MayPass;
  readonly onConflict: ConflictPolicy;
  readonly destinationDeletes: EntityDescription['deletes'];
  /** Also compares items that did not change at the source, because the destination may have changed. */
  readonly thorough: boolean;
  /** What was refused for good is not sent again. False for items that a person asks to retry. */
  readonly remembersRefusals: boolean;
  /** Of the settings and access of the destination. */
  readonly destinationHash: string;
  /** RFC 3339. Nothing was created for this run before this time. */
  readonly since: string;
  /** Source ids whose entries an earlier run may have archived, which did not come to know it. */
  readonly openDeletes: ReadonlySet<string>;
}

type ById<T> = ReadonlyMap<string, T>;

/** Plans what to do with items. It first loads everything the plan needs, in a few statements and calls for all items together. */
export class ItemPlanner {
  private readonly database: TenantDatabase;
  private readonly options: PlannerOptions;
  private readonly entries: DestinationEntries;
  private readonly succession: SourceSuccession;
  private readonly translation: ReferenceTranslation;
  private readonly holders: EntryHolders;

  constructor(database: TenantDatabase, calls: Calls, signal: AbortSignal, options: PlannerOptions) {
    const { pair, source } = options;
    this.database = database;
    this.options = options;
    const finder = new MatchFinder(database, { ...options, call: (call) => calls.call(call) });
    this.entries = new DestinationEntries(calls, signal, options, finder);
    this.succession = new SourceSuccession(database, calls, signal, { pair, session: source });
    this.translation = new ReferenceTranslation(database, calls, signal, options);
    this.holders = new EntryHolders(database, pair, this.succession, options.openDeletes);
  }

  /**
   * Returns the plans in the order of the items, and after them those of items that take the place of one that is gone. None of the items
   * may have a problem.
   */
  async plan(given: readonly WorkItem[]): Promise<PlannedItem[]> {
    const { thorough, mayPass, onConflict, destinationDeletes } = this.options;
    const stored = await this.bindings(given);
    const { bindings, links } = stored;
    const items = [...given, ...(await this.heirs(given, bindings))];
    const compared = items.filter(
      ({ item }) => thorough || !isEcho(item, bindings.get(item.external_id) ?? links.get(item.external_id) ?? null),
    );
    const { targets, befores, unsynced } = await this.translation.translate(compared, bindings);
    const matched = await this.entries.find(
      compared.map(({ item }) => item),
      stored,
      targets,
    );
    const { found, holders, predecessors, putAway, inUseElsewhere } = await this.holders.of(items, targets, matched);
    const replaced = new Set([...predecessors.values()].map(({ source_id }) => source_id));
    const plans = items.map(({ item }): ItemPlan => {
      const id = item.external_id;
      const target = targets.get(id);
      if (target === undefined) return { kind: 'unchanged', destination: null };
      const predecessor = predecessors.get(id) ?? null;
      const isUnbound = found.unbound.has(id);
      const link = isUnbound ? undefined : links.get(id);
      const plan = planItem({
        source: item,
        target,
        binding: isUnbound ? null : (bindings.get(id) ?? null),
        linkedTo: link?.destination_id ?? null,
        linkedHashes: link ?? null,
        destination: found.entries.get(id) ?? [],
        asked: found.asked.get(id),
        boundElsewhere: new Set(
          [...holders.values()].flatMap(({ source_id, destination_id }) =>
            source_id === id || source_id === predecessor?.source_id ? [] : destination_id,
          ),
        ),
        predecessor,
        isReplaced: replaced.has(id),
        putAway,
        inUseElsewhere,
        mayPass,
        onConflict,
        destinationDeletes,
      });
      return unlessUnsynced(plan, item.data, unsynced);
    });
    const isBound = ({ external_id: id }: ExternalItem) =>
      !found.unbound.has(id) && (bindings.has(id) || links.has(id));
    const settled = await this.settled(items, plans, isBound);
    const fingerprints = settled.map(({ plan }) => fingerprintOf(plan, this.options.destinationHash));
    const written = items.filter((_, index) => fingerprints[index] !== null);
    const refusals = await this.refusals(written);
    return settled.map(({ plan, claims }, index) => {
      const work = items[index] as WorkItem;
      const id = work.item.external_id;
      const fingerprint = fingerprints[index] ?? null;
      const refusal = refusals.get(id);
      const target = targets.get(id) ?? null;
      const lacksCustomer = target && work.item.data && mayPass('customer') && lacksAccount(work.item.data, target);
      return {
        ...{
          work,
          binding: bindings.get(id) ?? null,
          link: links.get(id) ?? null,
          key: this.entries.keyOf(work.item, found.reborn),
          fingerprint,
          target,
          before: found.unbound.has(id) ? null : (befores.get(id) ?? null),
          claims,
          matches: found.matched.get(id) ?? [],
        },
        ...(lacksCustomer && { lacksCustomer }),
        plan: this.options.remembersRefusals ? unlessRefused(plan, fingerprint, refusal) : plan,
      };
    });
  }

  private async refusals(items: readonly WorkItem[]): Promise<ById<Refusal>> {
    if (items.length === 0) return new Map();
    const ids = items.map(({ item }) => item.external_id);
    const rows = await this.database.query<Refusal>(findRefusals({ ...this.options.pair, ...this.options.ends }, ids));
    return new Map(rows.map((row) => [row.external_id, row]));
  }

  /** Rivals of one run are found however far apart they are read. */
  private async settled(
    items: readonly WorkItem[],
    plans: readonly ItemPlan[],
    isBound: (item: ExternalItem) => boolean,
  ): Promise<Settled[]> {
    const { entity } = this.options.pair;
    const contenders = items.map((work, index) => ({
      work,
      plan: plans[index] as ItemPlan,
      isBound: isBound(work.item),
    }));
    const held = await this.held(contenders.flatMap((contender) => claimsOf(entity, contender)));
    return settleRivals(entity, contenders, held);
  }

  /** Of these claims, those that earlier batches of the run hold. */
  private async held(claims: readonly string[]): Promise<ById<string>> {
    const { pair, syncId } = this.options;
    if (claims.length === 0 || syncId === null) return new Map();
    const rows = await this.database.query<Claim>(findClaims(pair.orgId, syncId, [...new Set(claims)]));
    return new Map(rows.map(({ claim, external_id }) => [claim, external_id]));
  }

  private async bindings(items: readonly WorkItem[]): Promise<StoredBindings> {
    const gone = items.flatMap(({ item }) => (item.data === null ? itemClaim(item.external_id) : []));
    const passedOn = await this.held(gone);
    const ids = items.flatMap(({ item: { external_id } }) => (passedOn.has(itemClaim(external_id)) ? [] : external_id));
    const rows = await this.database.query<BindingRow>(findBindings(this.options.pair, ids));
    return {
      bindings: new Map(rows.filter(isBinding).map((row) => [row.source_id, row])),
      links: new Map(rows.filter((row) => !isBinding(row)).map((row) => [row.source_id, row])),
    };
  }

  /** Items that take the place of those that are gone. They are planned together, so that the entry is not archived in between. */
  private async heirs(items: readonly WorkItem[], bindings: ById<Binding>): Promise<WorkItem[]> {
    const known = new Set(items.map(({ item }) => item.external_id));
    const gone = items.flatMap(({ item }) => (item.data === null ? (bindings.get(item.external_id) ?? []) : []));
    const heirs = await this.succession.heirs(gone.filter(({ put_away }) => !put_away));
    return heirs.flatMap((item) => (known.has(item.external_id) ? [] : { item }));
  }
}
