import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { Candidate, ConnectorSession, Match } from '../../connectors/contract/connector.types.ts';
import { chooseMatch, type MatchChoice } from '../../planning/match.choice.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { findOtherBindings, type Pair } from '../bindings.sql.ts';
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

  constructor(database: TenantDatabase, options: MatchFinderOptions) {
    this.database = database;
    this.options = options;
  }

  /** By the id of the item. */
  async find(items: readonly UnboundItem[], signal: AbortSignal): Promise<Map<string, MatchChoice>> {
    if (items.length === 0) return new Map();
    const { pair, session, call } = this.options;
    const ask = (part: readonly UnboundItem[]) => call(() => session.findMatches(pair.entity, part, signal));
    const found: Match[][] = await inSmallerParts(items, ask, (_, error) => [oversized('unknown', error)]);
    const ids = [...new Set(found.flat().map(({ external_id }) => external_id))];
    const [bound, decided] = [await this.boundToOthers(ids), await this.decidedAsNew(items)];
    return new Map(
      items.map(({ external_id, data }, index) => {
        const isNew = decided.has(external_id);
        const matches = found[index] ?? [];
        return [external_id, chooseMatch({ entity: pair.entity, target: data, matches, boundToOthers: bound, isNew })];
      }),
    );
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
