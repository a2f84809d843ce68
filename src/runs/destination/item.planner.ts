import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { ConnectorSession, EntityDescription, ExternalItem } from '../../connectors/contract/connector.types.ts';
import type { MayPass } from '../../planning/field.directions.ts';
import { isEcho, planItem } from '../../planning/item.plan.ts';
import { shareNaturalKey } from '../../planning/natural.keys.ts';
import type { Binding, ItemPlan } from '../../planning/plan.types.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { guestId, type Lookup, referencesOf, translateReferences } from '../../planning/references.ts';
import { claimsOf, itemClaim, type Settled, settleRivals } from '../../planning/rivals.ts';
import {
  type BindingRow,
  findBindings,
  findBoundDestinations,
  findOtherBindings,
  isBinding,
  type OtherBinding,
  type Pair,
} from '../../records/bindings.sql.ts';
import { type Claim, findClaims } from '../../records/claims.sql.ts';
import { MatchFinder } from '../../records/matching/match.finder.ts';
import { fingerprintOf, unlessRefused } from '../../records/refusal.memory.ts';
import { findRefusals, type Refusal } from '../../records/refusals.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';
import { DestinationEntries, type FoundEntries, type StoredBindings } from './destination.entries.ts';
import { accountsOf, emailsWithoutAccount } from './order.accounts.ts';
import { SourceSuccession } from './source.succession.ts';

export interface PlannerOptions {
  readonly syncId: string;
  readonly pair: Pair;
  /** The connections to its two systems. */
  readonly ends: Pick<Pair, 'source' | 'destination'>;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
  readonly source: ConnectorSession;
  readonly session: ConnectorSession;
  readonly mayPass: MayPass;
  readonly onConflict: 'skip' | 'overwrite';
  readonly destinationDeletes: EntityDescription['deletes'];
  /** Also compares items that did not change at the source, because the destination may have changed. */
  readonly thorough: boolean;
  /** What was refused for good is not sent again. False for items that a person asks to retry. */
  readonly remembersRefusals: boolean;
  /** Of the settings and access of the destination. */
  readonly destinationHash: string;
  /** RFC 3339. Nothing was created for this run before this time. */
  readonly since: string;
}

type ById<T> = ReadonlyMap<string, T>;

/** Plans what to do with items. It first loads everything the plan needs, in a few statements and calls for all items together. */
export class ItemPlanner {
  private readonly database: TenantDatabase;
  private readonly options: PlannerOptions;
  private readonly retryPolicy: RetryPolicy;
  private readonly signal: AbortSignal;
  private readonly entries: DestinationEntries;
  private readonly succession: SourceSuccession;

  constructor(database: TenantDatabase, retryPolicy: RetryPolicy, signal: AbortSignal, options: PlannerOptions) {
    const { pair, source } = options;
    this.database = database;
    this.options = options;
    this.retryPolicy = retryPolicy;
    this.signal = signal;
    const finder = new MatchFinder(database, { ...options, call: (call) => retryPolicy.call(call) });
    this.entries = new DestinationEntries(retryPolicy, signal, options, finder);
    this.succession = new SourceSuccession(database, retryPolicy, signal, { pair, session: source });
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
    const { targets, befores } = await this.targets(compared, bindings);
    const matched = await this.entries.find(
      compared.map(({ item }) => item),
      stored,
      targets,
    );
    const holders = await this.holders(matched);
    const found = withHeld(matched, holders);
    const predecessors = await this.predecessors(items, targets, found, holders);
    const others = await this.others(items, found);
    const putAway = new Map(
      [...holders.values(), ...others].flatMap((one) =>
        one.put_away ? [[one.destination_id, one.destination_data] as const] : [],
      ),
    );
    const inUseElsewhere = new Set(others.flatMap((one) => (one.put_away ? [] : one.destination_id)));
    const replaced = new Set([...predecessors.values()].map(({ source_id }) => source_id));
    const plans = items.map(({ item }): ItemPlan => {
      const id = item.external_id;
      const target = targets.get(id);
      if (target === undefined) return { kind: 'unchanged', destination: null };
      const predecessor = predecessors.get(id) ?? null;
      return planItem({
        source: item,
        target,
        binding: found.unbound.has(id) ? null : (bindings.get(id) ?? null),
        linkedTo: found.unbound.has(id) ? null : (links.get(id)?.destination_id ?? null),
        linkedHashes: found.unbound.has(id) ? null : (links.get(id) ?? null),
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
      return {
        ...{
          work,
          binding: bindings.get(id) ?? null,
          key: this.entries.keyOf(work.item, found.reborn),
          fingerprint,
          target: targets.get(id) ?? null,
          before: found.unbound.has(id) ? null : (befores.get(id) ?? null),
          claims,
        },
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
    if (claims.length === 0) return new Map();
    const { pair, syncId } = this.options;
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

  /** The data to write for each item and the source at the last sync, both with references as ids of the destination. */
  private async targets(items: readonly WorkItem[], bindings: ReadonlyMap<string, Binding>) {
    const { entity } = this.options.pair;
    const pairs = items.map(({ item }) => ({ item, before: bindings.get(item.external_id)?.source_data ?? null }));
    const translate = await this.translation(
      items,
      pairs.flatMap(({ item, before }) => [item.data ?? [], before ?? []].flat()),
    );
    const translated = (data: CanonicalData | null) => data && translateReferences(entity, data, translate);
    return {
      targets: new Map(pairs.map(({ item }) => [item.external_id, translated(item.data)])),
      befores: new Map(pairs.map(({ item, before }) => [item.external_id, translated(before)])),
    };
  }

  /** The ids of the destination for those that the data refers to. */
  private async translation(items: readonly WorkItem[], data: readonly CanonicalData[]): Promise<Lookup> {
    const { pair } = this.options;
    const wanted = referencesOf(pair.entity, data);
    const found = new Map<string, string>();
    for (const entity of ['customer', 'product'] as const) {
      if (wanted[entity].size === 0) continue;
      const rows = await this.database.query<Binding>(findBindings({ ...pair, entity }, [...wanted[entity]]));
      for (const row of rows) found.set(`${entity} ${row.source_id}`, row.destination_id);
    }
    if (pair.entity === 'order') await this.addAccounts(items, found);
    return (entity, sourceId) => found.get(`${entity} ${sourceId}`) ?? null;
  }

  /** Adds who has an account and ordered without it, as a guest of that email. */
  private async addAccounts(items: readonly WorkItem[], found: Map<string, string>): Promise<void> {
    const { pair, source, since } = this.options;
    const emails = emailsWithoutAccount(items).filter((email) => !found.has(`customer ${guestId(email)}`));
    if (emails.length === 0) return;
    const accounts = await this.retryPolicy.call(() => accountsOf(source, emails, since, this.signal));
    const rows = await this.database.query<Binding>(
      findBindings({ ...pair, entity: 'customer' }, [...accounts.values()]),
    );
    const bound = new Map(rows.map((row) => [row.source_id, row.destination_id]));
    for (const [email, id] of accounts) {
      const partner = bound.get(id);
      if (partner) found.set(`customer ${guestId(email)}`, partner);
    }
  }

  /** The bindings of all entries that were found, by destination id. */
  private async holders(found: FoundEntries): Promise<ById<BindingRow>> {
    const asked = [...found.asked.values()].flatMap(({ matches }) => matches.map(({ entry }) => entry));
    const ids = [...new Set([...found.entries.values(), asked].flat().map(({ external_id }) => external_id))];
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<BindingRow>(findBoundDestinations(this.options.pair, ids));
    return new Map(rows.map((row) => [row.destination_id, row]));
  }

  /** By source id: the binding that an item takes over, since the item that has it is gone and has the same natural key. */
  private async predecessors(
    items: readonly WorkItem[],
    targets: ById<CanonicalData | null>,
    found: FoundEntries,
    holders: ById<BindingRow>,
  ): Promise<Map<string, BindingRow>> {
    const { entity } = this.options.pair;
    const claims = items.flatMap(({ item: { external_id, data } }) => {
      const [match, ...more] = targets.get(external_id) ? (found.entries.get(external_id) ?? []) : [];
      const holder = match && more.length === 0 ? holders.get(match.external_id) : undefined;
      if (!holder || !data || holder.source_id === external_id) return [];
      const held = holder.source_data ?? match?.data;
      return held && shareNaturalKey(entity, data, held) ? [[external_id, holder] as const] : [];
    });
    const known = new Map(items.map(({ item }) => [item.external_id, item]));
    const asked = claims.flatMap(([, { source_id }]) => (known.has(source_id) ? [] : source_id));
    const gone = await this.succession.gone([...new Set(asked)]);
    const isGone = (id: string) => gone.has(id) || isDeleted(known.get(id));
    return new Map(claims.filter(([, holder]) => isGone(holder.source_id)));
  }

  /** What other connections have bound, of the entries that would be archived or are. */
  private async others(items: readonly WorkItem[], found: FoundEntries): Promise<OtherBinding[]> {
    const asked = items.flatMap(({ item }) => {
      const entries = found.entries.get(item.external_id) ?? [];
      return entries.filter((entry) => item.data === null || entry.archived).map(({ external_id }) => external_id);
    });
    if (asked.length === 0) return [];
    return this.database.query<OtherBinding>(findOtherBindings(this.options.pair, [...new Set(asked)]));
  }
}

const isDeleted = (item: ExternalItem | undefined): boolean => item?.data === null && !item.problem;

/** About an entry that is bound to an item of the same source nobody is asked: either that item is gone, and this one follows it, or it has it. */
function withHeld(found: FoundEntries, holders: ById<BindingRow>): FoundEntries {
  const [entries, asked] = [new Map(found.entries), new Map(found.asked)];
  for (const [id, { matches }] of found.asked) {
    const [only, ...more] = matches;
    if (!only || more.length > 0 || !holders.has(only.entry.external_id)) continue;
    entries.set(id, [only.entry]);
    asked.delete(id);
  }
  return { ...found, entries, asked };
}
