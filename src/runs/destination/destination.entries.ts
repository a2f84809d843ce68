import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import type { Asked, MatchChoice } from '../../planning/match.choice.ts';
import type { ScoredMatch } from '../../planning/match.strength.ts';
import type { Binding, ConflictPolicy, Link } from '../../planning/plan.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import { markKey } from '../../records/matching/mark.key.ts';
import type { MatchFinder } from '../../records/matching/match.finder.ts';
import type { Calls } from '../worker/retry.policy.ts';

export interface EntriesOptions {
  readonly pair: Pair;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
  readonly session: ConnectorSession;
  readonly onConflict: ConflictPolicy;
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
  /** By source id: the bound or linked entry, or the one that was matched when there is none. */
  readonly entries: ReadonlyMap<string, readonly ExternalItem[]>;
  /** Source ids whose binding holds no longer, so that they were matched again: the entry is gone, or an id is another's by now. */
  readonly unbound: ReadonlySet<string>;
  /** Source ids of those where an id has been given to another. */
  readonly reborn: ReadonlySet<string>;
  /** By source id: what a person has to decide. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** By source id: which entries were found for what is not bound. */
  readonly matched: ReadonlyMap<string, readonly ScoredMatch[]>;
}

/** Reads the entries of a destination: bound ones by their ids, the others by their natural keys. */
export class DestinationEntries {
  private readonly calls: Calls;
  private readonly signal: AbortSignal;
  private readonly options: EntriesOptions;
  private readonly finder: MatchFinder;

  constructor(calls: Calls, signal: AbortSignal, options: EntriesOptions, finder: MatchFinder) {
    this.finder = finder;
    this.calls = calls;
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
      else if (link.put_away || this.options.onConflict !== 'skip') unbound.add(id);
    }
    for (const id of reborn) unbound.add(id);
    const isKnown = new Set(known.map(({ item }) => item.external_id));
    const wanted = items.filter(
      ({ external_id }) => targets.get(external_id) && (unbound.has(external_id) || !isKnown.has(external_id)),
    );
    const matches = await this.matches(wanted, reborn, targets);
    const asked = new Map<string, Asked>();
    const matched = new Map<string, readonly ScoredMatch[]>();
    for (const [id, choice] of matches) {
      if (choice.kind === 'ask') asked.set(id, choice);
      if (choice.kind === 'ask') matched.set(id, choice.matches);
      if (choice.kind === 'entry') entries.set(id, [choice.match.entry]);
      if (choice.kind === 'entry') matched.set(id, [choice.match]);
    }
    return { entries, unbound, reborn, asked, matched };
  }

  /** Whoever has got the id of another entry must not be found by the mark of what was created for that one. */
  keyOf({ external_id, born }: ExternalItem, reborn: ReadonlySet<string>): string {
    return markKey(this.options.mark, external_id, reborn.has(external_id) && born ? born : null);
  }

  private async byIds(ids: readonly string[]): Promise<Map<string, ExternalItem>> {
    if (ids.length === 0) return new Map();
    const { pair, session } = this.options;
    const read = (part: readonly string[]) => this.calls.call(() => session.readByIds(pair.entity, part, this.signal));
    const found = await inSmallerParts(ids, read, oversized);
    return new Map(found.map((entry) => [entry.external_id, entry]));
  }

  private matches(
    items: readonly ExternalItem[],
    reborn: ReadonlySet<string>,
    targets: ReadonlyMap<string, CanonicalData | null>,
  ): Promise<Map<string, MatchChoice>> {
    const { since } = this.options;
    const candidates = items.map((item) => {
      const data = targets.get(item.external_id) as CanonicalData;
      return { external_id: item.external_id, key: this.keyOf(item, reborn), data, since };
    });
    return this.finder.find(candidates, this.signal);
  }
}

const isReborn = (entry: ExternalItem | undefined, known: string | null | undefined): boolean =>
  Boolean(known && entry?.born && entry.born !== known);
