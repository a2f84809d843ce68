import { Injectable } from '@nestjs/common';

import { decodeTuple, encodeTuple, notACursor } from '../../common/tuple.cursor.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Cursor, ExternalItem } from '../../connectors/contract/connector.types.ts';
import type { MatchChoice } from '../../planning/match.choice.ts';
import type { ScoredMatch } from '../../planning/match.strength.ts';
import { findBindings } from '../../records/bindings.sql.ts';
import { markKey } from '../../records/matching/mark.key.ts';
import { MatchFinder } from '../../records/matching/match.finder.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { MatchPreviewDto, MatchPreviewItemDto, PossibleMatchDto } from './dto/match-preview.dto.ts';
import type { MatchPreviewQuery } from './dto/requests.dto.ts';
import { type OpenedPair, PairOpener } from './pair.opener.ts';

const LIST = 'matches';
const DEFAULT_ITEMS = 25;

/** Shows, before anything is synced, what a sync would take for the same. One page of the source at a time. */
@Injectable()
export class MatchPreviewer {
  constructor(
    private readonly database: TenantDatabase,
    private readonly pairs: PairOpener,
  ) {}

  preview(id: string, query: MatchPreviewQuery): Promise<MatchPreviewDto> {
    const cursor = query.cursor === undefined ? null : cursorOf(query.cursor);
    return this.pairs.open(id, query.with, query.entity_type, async (opened) => {
      const { pair, source, signal } = opened;
      const everything = { mode: 'full', since: null, filters: {} } as const;
      const position = { cursor, pageSize: query.limit ?? DEFAULT_ITEMS };
      const { items, next } = await source.session.read(pair.entity, everything, position, signal);
      const next_cursor = next && encodeTuple(LIST, [JSON.stringify(next)]);
      return { items: await this.matched(opened, items), next_cursor };
    });
  }

  private async matched(opened: OpenedPair, items: readonly ExternalItem[]): Promise<MatchPreviewItemDto[]> {
    const { pair, destination, mark, signal } = opened;
    const ids = items.map(({ external_id }) => external_id);
    const rows = await this.database.read<{ source_id: string }>(findBindings(pair, ids));
    const bound = new Set(rows.map(({ source_id }) => source_id));
    // What an earlier run created and could not bind is left to the next run: a shop's orders can only be searched from the newest on.
    const since = new Date().toISOString();
    const unbound = items.flatMap(({ external_id, data }) =>
      data && !bound.has(external_id) ? [{ external_id, key: markKey(mark, external_id), data, since }] : [],
    );
    const finder = new MatchFinder(this.database, { pair, session: destination.session, call: (call) => call() });
    const choices = await finder.find(unbound, signal);
    return items.map((item) => shown(item, bound.has(item.external_id), choices.get(item.external_id)));
  }
}

function shown(item: ExternalItem, isBound: boolean, choice: MatchChoice | undefined): MatchPreviewItemDto {
  const { external_id, data, problem } = item;
  const row = { external_id, name: nameOf(data), matches: [], message: null };
  if (isBound) return { ...row, outcome: 'bound' };
  if (!choice) return { ...row, outcome: 'problem', message: problem?.message ?? 'It is deleted in the source.' };
  if (choice.kind === 'new') return { ...row, outcome: 'create' };
  if (choice.kind === 'entry') return { ...row, outcome: 'match', matches: [possible(choice.match)] };
  return { ...row, outcome: 'ambiguous', matches: choice.matches.map(possible), message: choice.message };
}

const possible = ({ entry, strength, by }: ScoredMatch): PossibleMatchDto => ({
  ...{ external_id: entry.external_id, strength, by, held: entry.held ?? null, name: nameOf(entry.data) },
});

function nameOf(data: CanonicalData | null): string | null {
  const { name, number, email } = (data ?? {}) as {
    name?: string | null;
    number?: string | null;
    email?: string | null;
  };
  return name ?? number ?? email ?? null;
}

/** The source's own position, as it was given out. */
function cursorOf(text: string): Cursor {
  const [position = ''] = decodeTuple(LIST, 1, text);
  try {
    const cursor: unknown = JSON.parse(position);
    if (typeof cursor === 'object' && cursor !== null && !Array.isArray(cursor)) return cursor as Cursor;
  } catch {
    // Falls through: not JSON.
  }
  throw notACursor('is not a cursor of this list; use a cursor of an earlier response unchanged');
}
