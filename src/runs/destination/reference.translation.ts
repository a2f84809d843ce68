import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData, CanonicalOrder, CanonicalProduct } from '../../connectors/canonical/canonical.types.ts';
import type { ConnectorSession } from '../../connectors/contract/connector.types.ts';
import type { Binding, ItemPlan } from '../../planning/plan.types.ts';
import type { WorkItem } from '../../planning/planning.types.ts';
import { guestId, type Lookup, referencesOf, translateReferences } from '../../planning/references.ts';
import { findBindings, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Calls } from '../worker/retry.policy.ts';
import { accountsOf, emailsWithoutAccount } from './order.accounts.ts';

export interface TranslationOptions {
  readonly pair: Pair;
  readonly source: ConnectorSession;
  /** RFC 3339. Nothing was created for this run before this time. */
  readonly since: string;
}

type Data = ReadonlyMap<string, CanonicalData | null>;

/** By source id. */
export interface Translated {
  /** The data to write for each item, with references as ids of the destination. */
  readonly targets: Data;
  /** The source at the last sync, likewise. */
  readonly befores: Data;
  /** Ids of products of the source that a sync of products would bring to the destination, and none has. */
  readonly unsynced: ReadonlySet<string>;
}

/** Finds for what items of a source refer to which entries of the destination that is. */
export class ReferenceTranslation {
  private readonly database: TenantDatabase;
  private readonly calls: Calls;
  private readonly signal: AbortSignal;
  private readonly options: TranslationOptions;

  constructor(database: TenantDatabase, calls: Calls, signal: AbortSignal, options: TranslationOptions) {
    this.database = database;
    this.calls = calls;
    this.signal = signal;
    this.options = options;
  }

  async translate(items: readonly WorkItem[], bindings: ReadonlyMap<string, Binding>): Promise<Translated> {
    const { entity } = this.options.pair;
    const pairs = items.map(({ item }) => ({ item, before: bindings.get(item.external_id)?.source_data ?? null }));
    const found = await this.bound(pairs.flatMap(({ item, before }) => [item.data ?? [], before ?? []].flat()));
    if (entity === 'order') await this.addAccounts(items, found);
    const lookup: Lookup = (type, sourceId) => found.get(`${type} ${sourceId}`) ?? null;
    const translated = (data: CanonicalData | null) => data && translateReferences(entity, data, lookup);
    return {
      targets: new Map(pairs.map(({ item }) => [item.external_id, translated(item.data)])),
      befores: new Map(pairs.map(({ item, before }) => [item.external_id, translated(before)])),
      unsynced: entity === 'order' ? await this.unsynced(items, lookup) : new Set(),
    };
  }

  /** The ids of the destination for those that the data refers to. */
  private async bound(data: readonly CanonicalData[]): Promise<Map<string, string>> {
    const { pair } = this.options;
    const wanted = referencesOf(pair.entity, data);
    const found = new Map<string, string>();
    for (const entity of ['customer', 'product'] as const) {
      if (wanted[entity].size === 0) continue;
      const rows = await this.database.query<Binding>(findBindings({ ...pair, entity }, [...wanted[entity]]));
      for (const row of rows) found.set(`${entity} ${row.source_id}`, row.destination_id);
    }
    return found;
  }

  /** Adds who has an account and ordered without it, as a guest of that email. */
  private async addAccounts(items: readonly WorkItem[], found: Map<string, string>): Promise<void> {
    const { pair, source, since } = this.options;
    const emails = emailsWithoutAccount(items).filter((email) => !found.has(`customer ${guestId(email)}`));
    if (emails.length === 0) return;
    const accounts = await this.calls.call(() => accountsOf(source, emails, since, this.signal));
    const rows = await this.database.query<Binding>(
      findBindings({ ...pair, entity: 'customer' }, [...accounts.values()]),
    );
    const bound = new Map(rows.map((row) => [row.source_id, row.destination_id]));
    for (const [email, id] of accounts) {
      const partner = bound.get(id);
      if (partner) found.set(`customer ${guestId(email)}`, partner);
    }
  }

  /** Of products without a SKU. What was deleted, or is of a type that is not written, never comes: its lines are lines without a product. */
  private async unsynced(items: readonly WorkItem[], lookup: Lookup): Promise<Set<string>> {
    const ids = items.flatMap(({ item }) => unnamedProducts(item.data).map(({ id }) => id));
    const unbound = [...new Set(ids)].filter((id) => lookup('product', id) === null);
    if (unbound.length === 0) return new Set();
    const read = (part: readonly string[]) =>
      this.calls.call(() => this.options.source.readByIds('product', part, this.signal));
    const found = await inSmallerParts(unbound, read, oversized);
    const comes = found.filter(({ data, deleted }) => !deleted && !(data && (data as CanonicalProduct).type));
    return new Set(comes.map(({ external_id }) => external_id));
  }
}

/** Lines that only the id of their product names. */
function unnamedProducts(data: CanonicalData | null): { readonly id: string; readonly name: string }[] {
  const { lines = [] } = (data ?? {}) as CanonicalOrder;
  return lines.flatMap(({ product_external_id: id, sku, name }) => (id && !sku ? { id, name } : []));
}

/** The plan, unless it would write a line of a product that is still to be synced as one without a product. Pure. */
export function unlessUnsynced(plan: ItemPlan, data: CanonicalData | null, unsynced: ReadonlySet<string>): ItemPlan {
  const writesLines =
    plan.kind === 'create' || (plan.kind === 'update' && plan.fields.some(({ field }) => field.startsWith('lines')));
  const line = writesLines ? unnamedProducts(data).find(({ id }) => unsynced.has(id)) : undefined;
  if (!line) return plan;
  const message = `The product of the line ${line.name}, ${line.id} in the source, is not synced yet, and has no SKU. Sync products first.`;
  return { kind: 'refused', error_class: 'unknown_product', message };
}
