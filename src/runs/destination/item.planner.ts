import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { resolveDuplicateTargets } from '../../planning/duplicate.targets.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { MayPass } from '../../planning/field.directions.ts';
import { type Binding, type ItemPlan, isEcho, planItem } from '../../planning/item.plan.ts';
import type { MatchChoice } from '../../planning/match.choice.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { referencesOf, translateReferences } from '../../planning/references.ts';
import { findBindings, findBoundDestinations, type Pair } from '../../records/bindings.sql.ts';
import { MatchFinder } from '../../records/matching/match.finder.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';
import { accountsOf, emailsWithoutAccount } from './order.accounts.ts';

export interface PlannerOptions {
  readonly pair: Pair;
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
    const bindings = await this.bindings(items);
    const compared = items.filter(({ item }) => thorough || !isEcho(item, bindings.get(item.external_id) ?? null));
    const targets = await this.targets(compared);
    const { destinations, asked } = await this.destinations(compared, bindings, targets);
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
        asked: asked.get(id),
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

  /** The entries of the destination by source id: the bound entry, or the one that was matched. `asked`: where a person decides. */
  private async destinations(
    items: readonly WorkItem[],
    bindings: ReadonlyMap<string, Binding>,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ) {
    const { pair, session, since } = this.options;
    const destinations = new Map<string, ExternalItem[]>();
    const asked = new Map<string, Asked>();
    const boundIds = items.flatMap(({ item }) => bindings.get(item.external_id)?.destination_id ?? []);
    if (boundIds.length > 0) {
      const read = (part: readonly string[]) =>
        this.retryPolicy.call(() => session.readByIds(pair.entity, part, this.signal));
      const entries = await inSmallerParts(boundIds, read, oversized);
      const byId = new Map(entries.map((entry) => [entry.external_id, entry]));
      for (const [id, { destination_id }] of bindings) {
        const entry = byId.get(destination_id);
        if (entry) destinations.set(id, [entry]);
      }
    }
    const unbound = items.flatMap(({ item: { external_id, data } }) =>
      data && !bindings.has(external_id)
        ? [{ external_id, key: keyOf(pair, external_id), data: targets.get(external_id) as CanonicalData, since }]
        : [],
    );
    for (const [id, choice] of await this.matches.find(unbound, this.signal)) {
      if (choice.kind === 'entry') destinations.set(id, [choice.match.entry]);
      if (choice.kind === 'ask') asked.set(id, choice);
    }
    return { destinations, asked };
  }
}

type Asked = Extract<MatchChoice, { kind: 'ask' }>;

/** Contains the id itself where its characters allow it. The prefix of the connection's id distinguishes two sources. */
function keyOf({ source }: Pair, externalId: string): string {
  const id = /^[A-Za-z0-9_-]{1,40}$/.test(externalId) ? externalId : contentHash(externalId).slice(0, 22);
  return `${source.slice(0, 8)}-${id}`;
}
