import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalCustomer } from '../../connectors/canonical/canonical.types.ts';
import type { Candidate, ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { isAtRest } from '../../planning/archived.entry.ts';
import { shareNaturalKey } from '../../planning/natural.keys.ts';
import type { Binding } from '../../planning/plan.types.ts';
import { guestId } from '../../planning/references.ts';
import { findBindings, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Calls } from '../worker/retry.policy.ts';

/**
 * Who takes the place of whom in the source: an item that was deleted and made anew with the same email or SKU, or a guest who has an
 * account by now. The entry of the destination passes from one to the other.
 */
export class SourceSuccession {
  private readonly database: TenantDatabase;
  private readonly calls: Calls;
  private readonly signal: AbortSignal;
  private readonly pair: Pair;
  private readonly session: ConnectorSession;

  constructor(
    database: TenantDatabase,
    calls: Calls,
    signal: AbortSignal,
    source: { readonly pair: Pair; readonly session: ConnectorSession },
  ) {
    this.database = database;
    this.calls = calls;
    this.signal = signal;
    this.pair = source.pair;
    this.session = source.session;
  }

  /** Of these source ids, those that the source says are gone. */
  async gone(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const living = new Set((await this.read(ids)).flatMap((item) => (item.deleted ? [] : item.external_id)));
    return new Set(ids.filter((id) => !living.has(id)));
  }

  /** Living items of the source without a binding that have the natural key of one of these, which are gone. Each item once. */
  async heirs(gone: readonly Binding[]): Promise<ExternalItem[]> {
    const { entity } = this.pair;
    if (gone.length === 0 || entity === 'order') return [];
    const since = new Date().toISOString();
    const candidates = gone.map(
      ({ source_id, source_data }): Candidate => ({ key: source_id, data: source_data, since }),
    );
    const find = (part: readonly Candidate[]) =>
      this.calls.call(() => this.session.findMatches(entity, part, this.signal));
    const matches = await inSmallerParts(candidates, find, () => []);
    const emails = gone.flatMap(({ source_data }) => (source_data as CanonicalCustomer).email ?? []);
    const guests = entity === 'customer' && emails.length > 0 ? await this.read(emails.map(guestId)) : [];
    const ofEach = gone.flatMap((binding, index) =>
      [...(matches[index] ?? []), ...guests].filter((item) => isHeir(item, binding, this.pair)),
    );
    const found = new Map(ofEach.map((item) => [item.external_id, item]));
    const bound = await this.database.query<Binding>(findBindings(this.pair, [...found.keys()]));
    for (const { source_id } of bound) found.delete(source_id);
    return [...found.values()];
  }

  private read(ids: readonly string[]): Promise<ExternalItem[]> {
    const read = (part: readonly string[]) =>
      this.calls.call(() => this.session.readByIds(this.pair.entity, part, this.signal));
    return inSmallerParts(ids, read, oversized);
  }
}

function isHeir({ external_id, data, archived }: ExternalItem, gone: Binding, { entity }: Pair): boolean {
  if (data === null || archived || isAtRest(data) || external_id === gone.source_id) return false;
  return shareNaturalKey(entity, data, gone.source_data);
}
