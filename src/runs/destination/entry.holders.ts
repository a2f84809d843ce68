import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../../connectors/contract/connector.types.ts';
import { shareNaturalKey } from '../../planning/natural.keys.ts';
import type { WorkItem } from '../../planning/planning.types.ts';
import {
  type BindingRow,
  findBoundDestinations,
  findOtherBindings,
  type OtherBinding,
  type Pair,
} from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { FoundEntries } from './destination.entries.ts';
import type { SourceSuccession } from './source.succession.ts';

type ById<T> = ReadonlyMap<string, T>;

/** Whose the entries of a destination are that were found for items. */
export interface Holders {
  /** The entries, with those that are held by an item of the source, about which nobody is asked. */
  readonly found: FoundEntries;
  /** The bindings of all entries to items of the source, by destination id. */
  readonly holders: ById<BindingRow>;
  /** By source id: the binding that an item takes over, since the item that has it is gone and has the same natural key. */
  readonly predecessors: ById<BindingRow>;
  /** Entries that a sync archived, with the data that was agreed on before. */
  readonly putAway: ById<CanonicalData | null>;
  /** Entries that an item of another system is bound to. */
  readonly inUseElsewhere: ReadonlySet<string>;
}

export class EntryHolders {
  private readonly database: TenantDatabase;
  private readonly pair: Pair;
  private readonly succession: SourceSuccession;
  /** See PlannerOptions. */
  private readonly openDeletes: ReadonlySet<string>;

  constructor(database: TenantDatabase, pair: Pair, succession: SourceSuccession, openDeletes: ReadonlySet<string>) {
    this.database = database;
    this.pair = pair;
    this.succession = succession;
    this.openDeletes = openDeletes;
  }

  async of(items: readonly WorkItem[], targets: ById<CanonicalData | null>, matched: FoundEntries): Promise<Holders> {
    const holders = await this.holders(matched);
    const found = withHeld(matched, holders);
    const predecessors = await this.predecessors(items, targets, found, holders);
    const others = await this.others(items, found);
    const ours = [...holders.values()].filter(({ put_away, source_id }) => put_away || this.openDeletes.has(source_id));
    const putAway = [...ours, ...others.filter(({ put_away }) => put_away)];
    return {
      ...{ found, holders, predecessors },
      putAway: new Map(putAway.map(({ destination_id, destination_data }) => [destination_id, destination_data])),
      inUseElsewhere: new Set(others.flatMap((one) => (one.put_away ? [] : one.destination_id))),
    };
  }

  private async holders(found: FoundEntries): Promise<ById<BindingRow>> {
    const asked = [...found.asked.values()].flatMap(({ matches }) => matches.map(({ entry }) => entry));
    const ids = [...new Set([...found.entries.values(), asked].flat().map(({ external_id }) => external_id))];
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<BindingRow>(findBoundDestinations(this.pair, ids));
    return new Map(rows.map((row) => [row.destination_id, row]));
  }

  private async predecessors(
    items: readonly WorkItem[],
    targets: ById<CanonicalData | null>,
    found: FoundEntries,
    holders: ById<BindingRow>,
  ): Promise<Map<string, BindingRow>> {
    const { entity } = this.pair;
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

  /** What other systems have bound, of the entries that would be archived or are. */
  private async others(items: readonly WorkItem[], found: FoundEntries): Promise<OtherBinding[]> {
    const asked = items.flatMap(({ item }) => {
      const entries = found.entries.get(item.external_id) ?? [];
      return entries.filter((entry) => item.data === null || entry.archived).map(({ external_id }) => external_id);
    });
    if (asked.length === 0) return [];
    return this.database.query<OtherBinding>(findOtherBindings(this.pair, [...new Set(asked)]));
  }
}

const isDeleted = (item: ExternalItem | undefined): boolean => item?.data === null && !item.problem;

/** An entry that is bound to an item of the same source is no question: either that item is gone, and this one follows it, or it has it. */
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
