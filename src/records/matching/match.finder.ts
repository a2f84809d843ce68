import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { Candidate, ConnectorSession, Match } from '../../connectors/contract/connector.types.ts';
import { chooseMatch, isOnlyAlike, type MatchChoice } from '../../planning/match.choice.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { findLeftBehind, findLeftSystems, findOtherBindings, type Pair } from '../bindings.sql.ts';
import { findLeavings } from '../refusals.sql.ts';
import { findDecisions } from './decision.sql.ts';

/** An item that is not bound yet. */
export interface UnboundItem extends Candidate {
  readonly external_id: string;
}

export interface MatchFinderOptions {
  readonly pair: Pair;
  /** Of the destination. */
  readonly session: ConnectorSession;
  /** Makes a call, with whatever is done when it fails. */
  readonly call: <T>(call: () => Promise<T>) => Promise<T>;
}

/** Finds for items that were never synced which entry of the destination each is, by what people decided and by what both hold. */
export class MatchFinder {
  private readonly database: TenantDatabase;
  private readonly options: MatchFinderOptions;
  private left: readonly string[] | undefined;

  constructor(database: TenantDatabase, options: MatchFinderOptions) {
    this.database = database;
    this.options = options;
  }

  /** By the id of the item. */
  async find(items: readonly UnboundItem[], signal: AbortSignal): Promise<Map<string, MatchChoice>> {
    if (items.length === 0) return new Map();
    const { pair, session, call } = this.options;
    this.left ??= (await this.database.query<{ id: string }>(findLeftSystems(pair))).map(({ id }) => id);
    const byName = this.left.length > 0;
    const looked = await this.fromLeavingsOn(items);
    const candidates = byName ? looked.map((item) => ({ ...item, byName })) : looked;
    const ask = (part: readonly Candidate[]) => call(() => session.findMatches(pair.entity, part, signal));
    const found: Match[][] = await inSmallerParts(candidates, ask, (_, error) => [oversized('unknown', error)]);
    const idsOf = (list: readonly Match[]) => [...new Set(list.map(({ external_id }) => external_id))];
    const boundToOthers = await this.boundToOthers(idsOf(found.flat()));
    const leftBehind = await this.leftBehind(idsOf(found.flat().filter(isOnlyAlike)), this.left);
    const decided = await this.decidedAsNew(items);
    return new Map(
      items.map(({ external_id, data: target }, index) => {
        const isNew = decided.has(external_id);
        const matches = found[index] ?? [];
        const known = { boundToOthers, leftBehind, isNew };
        return [external_id, chooseMatch({ entity: pair.entity, target, matches, ...known })];
      }),
    );
  }

  /** What was refused and stayed is older than the runs that may have created something without a binding. */
  private async fromLeavingsOn(items: readonly UnboundItem[]): Promise<readonly UnboundItem[]> {
    const ids = items.map(({ external_id }) => external_id);
    const rows = await this.database.query<{ external_id: string; since: string }>(
      findLeavings(this.options.pair, ids),
    );
    const left = new Map(rows.map(({ external_id, since }) => [external_id, since]));
    return items.map((item) => {
      const since = left.get(item.external_id);
      return since !== undefined && Date.parse(since) < Date.parse(item.since) ? { ...item, since } : item;
    });
  }

  private async leftBehind(ids: readonly string[], left: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.query<{ destination_id: string }>(findLeftBehind(this.options.pair, left, ids));
    return new Set(rows.map(({ destination_id }) => destination_id));
  }

  private async boundToOthers(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.query<{ destination_id: string }>(findOtherBindings(this.options.pair, ids));
    return new Set(rows.map(({ destination_id }) => destination_id));
  }

  private async decidedAsNew(items: readonly UnboundItem[]): Promise<Set<string>> {
    const ids = items.map(({ external_id }) => external_id);
    const rows = await this.database.query<{ external_id: string }>(findDecisions(this.options.pair, ids));
    return new Set(rows.map(({ external_id }) => external_id));
  }
}
