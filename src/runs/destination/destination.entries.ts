import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Candidate, ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { Binding, Link } from '../../planning/plan.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

export interface EntriesOptions {
  readonly pair: Pair;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
  readonly session: ConnectorSession;
  readonly onConflict: 'skip' | 'overwrite';
  /** RFC 3339. Nothing was created for this run before this time. */
  readonly since: string;
}

/** By source id. */
export interface StoredBindings {
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly links: ReadonlyMap<string, Link>;
}

/** What a destination has for items. */
export interface FoundEntries {
  /** By source id: the bound or linked entry, or the matching entries when there is none. */
  readonly entries: ReadonlyMap<string, readonly ExternalItem[]>;
  /** Source ids whose binding holds no longer, so that they were matched again: the entry is gone, or an id is another's by now. */
  readonly unbound: ReadonlySet<string>;
  /** Source ids of those where an id has been given to another. */
  readonly reborn: ReadonlySet<string>;
}

/** Reads the entries of a destination: bound ones by their ids, the others by their natural keys. */
export class DestinationEntries {
  private readonly retryPolicy: RetryPolicy;
  private readonly signal: AbortSignal;
  private readonly options: EntriesOptions;

  constructor(retryPolicy: RetryPolicy, signal: AbortSignal, options: EntriesOptions) {
    this.retryPolicy = retryPolicy;
    this.signal = signal;
    this.options = options;
  }

  async find(
    items: readonly ExternalItem[],
    { bindings, links }: StoredBindings,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ): Promise<FoundEntries> {
    const known = items.flatMap((item) => {
      const link = bindings.get(item.external_id) ?? links.get(item.external_id);
      return link ? [{ item, link }] : [];
    });
    const byId = await this.byIds(known.map(({ link }) => link.destination_id));
    const entries = new Map<string, readonly ExternalItem[]>();
    const [reborn, unbound] = [new Set<string>(), new Set<string>()];
    for (const { item, link } of known) {
      const id = item.external_id;
      const entry = byId.get(link.destination_id);
      if (isReborn(item, link.source_born) || isReborn(entry, link.destination_born)) reborn.add(id);
      else if (entry) entries.set(id, [entry]);
      // It is matched again before it is created again: somebody may have merged or restored it under another id.
      else if (link.put_away || this.options.onConflict === 'overwrite') unbound.add(id);
    }
    for (const id of reborn) unbound.add(id);
    const isKnown = new Set(known.map(({ item }) => item.external_id));
    const wanted = items.filter(
      ({ external_id }) => targets.get(external_id) && (unbound.has(external_id) || !isKnown.has(external_id)),
    );
    const matches = await this.matches(wanted, reborn, targets);
    return { entries: new Map([...entries, ...matches]), unbound, reborn };
  }

  /** Whoever has got the id of another entry must not be found by the mark of what was created for that one. */
  keyOf({ external_id, born }: ExternalItem, reborn: ReadonlySet<string>): string {
    return keyOf(this.options.mark, external_id, reborn.has(external_id) && born ? born : null);
  }

  private async byIds(ids: readonly string[]): Promise<Map<string, ExternalItem>> {
    if (ids.length === 0) return new Map();
    const { pair, session } = this.options;
    const read = (part: readonly string[]) =>
      this.retryPolicy.call(() => session.readByIds(pair.entity, part, this.signal));
    const found = await inSmallerParts(ids, read, oversized);
    return new Map(found.map((entry) => [entry.external_id, entry]));
  }

  private async matches(
    items: readonly ExternalItem[],
    reborn: ReadonlySet<string>,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ): Promise<Map<string, readonly ExternalItem[]>> {
    if (items.length === 0) return new Map();
    const { pair, session, since } = this.options;
    const candidates = items.map((item): Candidate => {
      const data = targets.get(item.external_id) as CanonicalData;
      return { key: this.keyOf(item, reborn), data, since };
    });
    const find = (part: readonly Candidate[]) =>
      this.retryPolicy.call(() => session.findMatches(pair.entity, part, this.signal));
    const found = await inSmallerParts(candidates, find, (_, error) => [oversized('unknown', error)]);
    return new Map(items.map(({ external_id }, index) => [external_id, found[index] ?? []]));
  }
}

const isReborn = (entry: ExternalItem | undefined, known: string | null | undefined): boolean =>
  Boolean(known && entry?.born && entry.born !== known);

/** Contains the id itself where its characters allow it. The mark of the source distinguishes it from another source's. */
function keyOf(mark: string, externalId: string, born: string | null): string {
  const id = /^[A-Za-z0-9_-]{1,40}$/.test(externalId) ? externalId : contentHash(externalId).slice(0, 22);
  return born === null ? `${mark}-${id}` : `${mark}-${id}-${contentHash(born).slice(0, 8)}`;
}
