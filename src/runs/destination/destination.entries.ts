import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Candidate, ConnectorSession, ExternalItem } from '../../connectors/contract/connector.types.ts';
import { contentHash } from '../../planning/field.diff.ts';
import type { Binding } from '../../planning/plan.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

export interface EntriesOptions {
  readonly pair: Pair;
  readonly session: ConnectorSession;
  readonly onConflict: 'skip' | 'overwrite';
  /** RFC 3339. Nothing was created for this run before this time. */
  readonly since: string;
}

/** What a destination has for items. */
export interface FoundEntries {
  /** By source id: the bound entry, or the matching entries when there is no binding. */
  readonly entries: ReadonlyMap<string, readonly ExternalItem[]>;
  /** Source ids whose bound entry is gone, so that they were matched again. */
  readonly unbound: ReadonlySet<string>;
}

interface Wanted {
  readonly ids: readonly string[];
  readonly bindings: ReadonlyMap<string, Binding>;
  /** By source id; null for an item that is gone. */
  readonly targets: ReadonlyMap<string, CanonicalData | null>;
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

  async find(wanted: Wanted): Promise<FoundEntries> {
    const { ids, bindings, targets } = wanted;
    const bound = await this.bound(ids.flatMap((id) => bindings.get(id) ?? []));
    const isVanished = (id: string): boolean => {
      const binding = bindings.get(id);
      if (!binding || bound.has(id)) return false;
      return binding.put_away || this.options.onConflict === 'overwrite';
    };
    const living = ids.filter((id) => targets.get(id));
    const unbound = new Set(living.filter(isVanished));
    const matches = await this.matches(
      living.filter((id) => unbound.has(id) || !bindings.has(id)),
      targets,
    );
    return { entries: new Map([...bound, ...matches]), unbound };
  }

  private async bound(bindings: readonly Binding[]): Promise<Map<string, ExternalItem[]>> {
    if (bindings.length === 0) return new Map();
    const { pair, session } = this.options;
    const read = (part: readonly string[]) =>
      this.retryPolicy.call(() => session.readByIds(pair.entity, part, this.signal));
    const ids = bindings.map(({ destination_id }) => destination_id);
    const entries = await inSmallerParts(ids, read, oversized);
    const byId = new Map(entries.map((entry) => [entry.external_id, entry]));
    return new Map(
      bindings.flatMap(({ source_id, destination_id }) => {
        const entry = byId.get(destination_id);
        return entry ? [[source_id, [entry]] as const] : [];
      }),
    );
  }

  private async matches(ids: readonly string[], targets: Wanted['targets']): Promise<Map<string, ExternalItem[]>> {
    if (ids.length === 0) return new Map();
    const { pair, session, since } = this.options;
    const candidates = ids.map(
      (id): Candidate => ({ key: keyOf(pair, id), data: targets.get(id) as CanonicalData, since }),
    );
    const find = (part: readonly Candidate[]) =>
      this.retryPolicy.call(() => session.findMatches(pair.entity, part, this.signal));
    const found = await inSmallerParts(candidates, find, (_, error) => [oversized('unknown', error)]);
    return new Map(ids.map((id, index) => [id, found[index] ?? []]));
  }
}

/** Contains the id itself where its characters allow it. The prefix of the connection's id distinguishes two sources. */
export function keyOf({ source }: Pair, externalId: string): string {
  const id = /^[A-Za-z0-9_-]{1,40}$/.test(externalId) ? externalId : contentHash(externalId).slice(0, 22);
  return `${source.slice(0, 8)}-${id}`;
}
