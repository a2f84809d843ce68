import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { resolveDuplicateTargets } from '../../planning/duplicate.targets.ts';
import type { MayPass } from '../../planning/field.directions.ts';
import { type Binding, type ItemPlan, isEcho, planItem } from '../../planning/item.plan.ts';
import type { MatchChoice } from '../../planning/match.choice.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { referencesOf, translateReferences } from '../../planning/references.ts';
import { findBindings, findBoundDestinations, isBinding, type Link, type Pair } from '../../records/bindings.sql.ts';
import { markKey } from '../../records/matching/mark.key.ts';
import { MatchFinder } from '../../records/matching/match.finder.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';
import { accountsOf, emailsWithoutAccount } from './order.accounts.ts';

export interface PlannerOptions {
  readonly pair: Pair;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
  readonly source: ConnectorSession;
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
  private readonly matches: MatchFinder;

  constructor(database: TenantDatabase, retryPolicy: RetryPolicy, signal: AbortSignal, options: PlannerOptions) {
    this.database = database;
    this.retryPolicy = retryPolicy;
    this.signal = signal;
    this.options = options;
    this.matches = new MatchFinder(database, { ...options, call: (call) => retryPolicy.call(call) });
  }

  /** Returns the plans in the order of the items. None of the items may have a problem. */
  async plan(items: readonly WorkItem[]): Promise<PlannedItem[]> {
    const { pair, thorough, mayPass, onConflict, destinationDeletes } = this.options;
    const stored = await this.bindings(items);
    const compared = items.filter(
      ({ item }) => thorough || !isEcho(item, stored.bindings.get(item.external_id) ?? null),
    );
    const targets = await this.targets(compared);
    const { found: destinations, reborn, asked } = await this.destinations(compared, stored, targets);
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
        asked: asked.get(id),
        boundElsewhere: new Set(bound.filter(({ source_id }) => source_id !== id).map((row) => row.destination_id)),
        mayPass,
        onConflict,
        destinationDeletes,
      });
    });
    return resolveDuplicateTargets(pair.entity, plans).map((plan, index) => {
      const work = items[index] as WorkItem;
      const binding = stored.bindings.get(work.item.external_id) ?? null;
      return { work, plan, binding, key: this.keyOf(work, reborn) };
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
    if (pair.entity === 'order') await this.addAccounts(items, found);
    const lookup = (entity: string, sourceId: string) => found.get(`${entity} ${sourceId}`) ?? null;
    return new Map(
      items.map(({ item }) => [item.external_id, item.data && translateReferences(pair.entity, item.data, lookup)]),
    );
  }

  /** Adds who has an account and ordered without it, as a guest of that email. */
  private async addAccounts(items: readonly WorkItem[], found: Map<string, string>): Promise<void> {
    const { pair, source, since } = this.options;
    const emails = emailsWithoutAccount(items).filter((email) => !found.has(`customer guest:${email}`));
    if (emails.length === 0) return;
    const accounts = await this.retryPolicy.call(() => accountsOf(source, emails, since, this.signal));
    const rows = await this.database.query<Binding>(
      findBindings({ ...pair, entity: 'customer' }, [...accounts.values()]),
    );
    const bound = new Map(rows.map((row) => [row.source_id, row.destination_id]));
    for (const [email, id] of accounts) {
      const partner = bound.get(id);
      if (partner) found.set(`customer guest:${email}`, partner);
    }
  }

  /**
   * The entries of the destination by source id: the bound entry, or the one that was matched when there is no binding. `asked`: items
   * about which a person decides. `reborn`: items whose binding holds no longer, because one of its ids has been given to another entry.
   */
  private async destinations(
    items: readonly WorkItem[],
    { bindings, links }: StoredBindings,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ) {
    const { pair, session, since } = this.options;
    const found = new Map<string, ExternalItem[]>();
    const [reborn, asked] = [new Set<string>(), new Map<string, Asked>()];
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
    const candidates = unbound.map((work) => ({
      external_id: work.item.external_id,
      key: this.keyOf(work, reborn),
      data: targets.get(work.item.external_id) as CanonicalData,
      since,
    }));
    for (const [id, choice] of await this.matches.find(candidates, this.signal)) {
      if (choice.kind === 'entry') found.set(id, [choice.match.entry]);
      if (choice.kind === 'ask') asked.set(id, choice);
    }
    return { found, reborn, asked };
  }

  /** Whoever has got the id of another entry must not be found by the mark of what was created for that one. */
  private keyOf({ item }: WorkItem, reborn: ReadonlySet<string>): string {
    const { external_id, born } = item;
    return markKey(this.options.mark, external_id, reborn.has(external_id) && born ? born : null);
  }
}

type Asked = Extract<MatchChoice, { kind: 'ask' }>;

interface StoredBindings {
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly links: ReadonlyMap<string, Link>;
}

const isReborn = (entry: ExternalItem | undefined, known: string | null | undefined): boolean =>
  Boolean(known && entry?.born && entry.born !== known);
