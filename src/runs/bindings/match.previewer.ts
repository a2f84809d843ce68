import { Injectable } from '@nestjs/common';

import { decodeTuple, encodeTuple, notACursor } from '../../common/tuple.cursor.ts';
import type { CanonicalData } from '../../connectors/canonical/canonical.types.ts';
import type { Cursor, ExternalItem, ItemProblem } from '../../connectors/contract/connector.types.ts';
import type { ScoredMatch } from '../../planning/match.strength.ts';
import type { ItemPlan } from '../../planning/plan.types.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import { findBindings } from '../../records/bindings.sql.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { ItemPlanner } from '../destination/item.planner.ts';
import { optionsOf } from '../destination/planner.options.ts';
import { openSince } from '../runs.sql.ts';
import type { MatchPreviewDto, MatchPreviewItemDto, PossibleMatchDto } from './dto/match-preview.dto.ts';
import type { MatchPreviewQuery } from './dto/requests.dto.ts';
import { type OpenedPair, PairOpener } from './pair.opener.ts';

const LIST = 'matches';
const DEFAULT_ITEMS = 25;

/** Shows, before anything is synced, what a full sync would take for the same. One page of the source at a time. */
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

  /** By the plans that a full sync makes of these items. */
  private async matched(opened: OpenedPair, items: readonly ExternalItem[]): Promise<MatchPreviewItemDto[]> {
    const { pair, signal } = opened;
    const now = new Date().toISOString();
    const asked = { org_id: pair.orgId, entity_type: pair.entity, created_at: now };
    const [open] = await this.database.read<{ since: string }>(openSince(asked, pair));
    const forFullSync = {
      ...{ syncId: null, thorough: true, remembersRefusals: true, since: open?.since ?? now },
      openDeletes: new Set<string>(),
    };
    const calls = { call: <T>(work: () => Promise<T>) => work() };
    const planner = new ItemPlanner(this.database, calls, signal, { ...optionsOf(opened), ...forFullSync });
    const readable = items.filter(({ problem }) => !problem);
    const planned = await planner.plan(readable.map((item) => ({ item })));
    const byId = new Map(planned.map((one) => [one.work.item.external_id, one]));
    const rows = await this.database.read<{ source_id: string }>(
      findBindings(
        pair,
        items.map(({ external_id }) => external_id),
      ),
    );
    const bound = new Set(rows.map(({ source_id }) => source_id));
    return items.map((item) => shown(item, byId.get(item.external_id), bound.has(item.external_id)));
  }
}

function shown(item: ExternalItem, planned: PlannedItem | undefined, isBound: boolean): MatchPreviewItemDto {
  const { external_id, data, problem } = item;
  const row = { external_id, name: nameOf(data), matches: [], error_class: null, message: null };
  if (!planned || problem) return { ...row, outcome: 'problem', ...toldOf(problem) };
  const { plan } = planned;
  if (data === null) return { ...row, outcome: isBound ? 'bound' : 'problem', message: 'It is deleted in the source.' };
  // What was bound to an entry that is gone is matched anew, if the connection's settings say so.
  const matches = (planned.matches ?? []).map(possible);
  const isMatchedAnew = matches.length > 0 || plan.kind === 'create';
  const told = plan.kind === 'conflict' || plan.kind === 'refused' ? toldOf(plan) : {};
  if (isBound && !isMatchedAnew) return { ...row, outcome: 'bound', ...told };
  return { ...row, outcome: outcomeOf(plan), matches, message: noteOf(plan), ...told };
}

function outcomeOf(plan: ItemPlan): MatchPreviewItemDto['outcome'] {
  if (plan.kind === 'create') return 'create';
  if (plan.kind === 'refused') return 'problem';
  if (plan.kind === 'conflict') return plan.error_class === 'ambiguous_match' ? 'ambiguous' : 'conflict';
  return 'destination' in plan && plan.destination ? 'match' : 'none';
}

function noteOf(plan: ItemPlan): string | null {
  if ('replaces' in plan && plan.replaces)
    return `It takes the place of item ${plan.replaces.source_id}, which is gone from the source.`;
  return plan.kind === 'update' && plan.awake ? 'The entry is archived, and is brought back.' : null;
}

const toldOf = (told: ItemProblem | undefined) => ({
  error_class: told?.error_class ?? null,
  message: told?.message ?? null,
});

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
