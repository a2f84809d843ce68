import { Injectable } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { changeDetails } from '../../activity/change.details.ts';
import { DEFAULT_LIMIT } from '../../common/list-query.dto.ts';
import { Problem } from '../../common/problem.ts';
import { decodeTuple, encodeTuple } from '../../common/tuple.cursor.ts';
import { validateItems } from '../../common/validation.ts';
import { invalid } from '../../connectors/connections/connection.input.ts';
import type { ExternalItem } from '../../connectors/contract/connector.types.ts';
import { bindingsPage, insertLink, type Pair, removeBinding, type ShownBinding } from '../../records/bindings.sql.ts';
import { countDecisions, decideNew, forgetDecisions, withdrawDecision } from '../../records/matching/decision.sql.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { findRunBetween } from '../runs.sql.ts';
import type { BindingPageDto, BindingResultDto, BindingResultsDto } from './dto/binding.dto.ts';
import { BindingChoiceDto, type BindingsQuery, type SetBindingsDto } from './dto/requests.dto.ts';
import { type OpenedPair, PairOpener } from './pair.opener.ts';

const LIST = 'bindings';

/** Of one entity type between two systems. A sync that creates the items makes room. */
const MAX_DECISIONS = 10_000;

/** Shows and sets which entries of two systems are the same. */
@Injectable()
export class BindingsService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly pairs: PairOpener,
    private readonly activity: ActivityService,
  ) {}

  async page(id: string, query: BindingsQuery): Promise<BindingPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const [after = null] = query.cursor === undefined ? [] : decodeTuple(LIST, 1, query.cursor);
    const pair = await this.pairs.known(id, query.with, query.entity_type);
    const rows = pair ? await this.database.read<ShownBinding>(bindingsPage(pair, query, after, limit + 1)) : [];
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items, next_cursor: rows.length > limit && last ? encodeTuple(LIST, [last.external_id]) : null };
  }

  /** Throws conflict while a run is between the two, which could bind the same entries. */
  async set(id: string, { with: other, entity_type, bindings }: SetBindingsDto): Promise<BindingResultsDto> {
    const choices = validateItems(BindingChoiceDto, bindings, 'bindings');
    return this.pairs.open(id, other, entity_type, async (opened) => {
      const found = await this.entries(opened, choices);
      const results = await this.database.transaction(async () => {
        await this.refuseDuringRun(id, other, opened.pair);
        const made: BindingResultDto[] = [];
        const isNew = choices.filter(({ with_external_id }) => !with_external_id).length;
        if (isNew > 0) await this.refuseManyDecisions(opened.pair, isNew);
        for (const choice of choices) made.push(await this.choose(opened.pair, choice, found));
        await this.record('bindings_set', { connection_id: id, with: other, entity_type }, made);
        return made;
      });
      return { results };
    });
  }

  async remove(id: string, query: BindingsQuery): Promise<void> {
    const { with: other, entity_type, external_id, with_external_id } = query;
    if (external_id === undefined && with_external_id === undefined)
      throw invalid([{ parameter: 'external_id', detail: 'must be given, or with_external_id' }]);
    const pair = await this.pairs.known(id, other, entity_type);
    await this.database.transaction(async (transaction) => {
      if (pair) await this.refuseDuringRun(id, other, pair);
      const removed = pair ? await transaction.query<ShownBinding>(removeBinding(pair, query)) : [];
      const withdrawn =
        pair && external_id !== undefined ? await transaction.query(withdrawDecision(pair, external_id)) : [];
      const [binding] = removed;
      if (!binding && withdrawn.length === 0) throw new Problem('not-found', 'There is no such binding.');
      const { external_id: unlinked = external_id, with_external_id: from = null } = binding ?? {};
      await this.activity.append({
        ...{ activity_type: 'binding_removed', status: 'completed', entity_type },
        details: {
          ...{ connection_id: id, with: other, external_id: unlinked, with_external_id: from },
          ...changeDetails({ external_id: unlinked, with_external_id: from }, null),
        },
      });
    });
  }

  /** Both ends of each choice as they are now. */
  private async entries({ pair, source, destination, signal }: OpenedPair, choices: readonly BindingChoiceDto[]) {
    const ids = [...new Set(choices.map(({ external_id }) => external_id))];
    const others = [...new Set(choices.flatMap(({ with_external_id }) => with_external_id ?? []))];
    const read = (session: OpenedPair['source']['session'], wanted: readonly string[]) =>
      wanted.length === 0 ? Promise.resolve([]) : session.readByIds(pair.entity, wanted, signal);
    const [mine, theirs] = await Promise.all([read(source.session, ids), read(destination.session, others)]);
    const living = (items: readonly ExternalItem[]) =>
      new Map(items.flatMap((item) => (item.data === null ? [] : [[item.external_id, item] as const])));
    return { mine: living(mine), theirs: living(theirs) };
  }

  private async choose(
    pair: Pair,
    { external_id, with_external_id }: BindingChoiceDto,
    { mine, theirs }: Awaited<ReturnType<BindingsService['entries']>>,
  ): Promise<BindingResultDto> {
    const outcomeOf = (outcome: BindingResultDto['outcome'], reason: string | null = null) => ({
      ...{ external_id, with_external_id: with_external_id ?? null, outcome, reason },
    });
    const item = mine.get(external_id);
    if (!item)
      return outcomeOf('refused', `There is no ${pair.entity} ${external_id} in the system of the connection.`);
    const [bound] = await this.bindings(pair, { external_id });
    if (!with_external_id) {
      if (bound) return outcomeOf('refused', `It is bound to ${bound.with_external_id}: unlink it first.`);
      const decided = await this.database.query(decideNew(pair, external_id));
      return outcomeOf(decided.length > 0 ? 'new' : 'unchanged');
    }
    const entry = theirs.get(with_external_id);
    if (!entry)
      return outcomeOf(
        'refused',
        `There is no ${pair.entity} ${with_external_id} in the system of the other connection.`,
      );
    if (bound?.with_external_id === with_external_id) return outcomeOf('unchanged');
    const [taken] = bound ? [bound] : await this.bindings(pair, { with_external_id });
    if (taken)
      return outcomeOf('refused', `${taken.external_id} is bound to ${taken.with_external_id}: unlink it first.`);
    await this.database.query(withdrawDecision(pair, external_id));
    await this.database.query(insertLink(pair, item, entry));
    return outcomeOf('linked');
  }

  private bindings(pair: Pair, filter: Pick<BindingsQuery, 'external_id' | 'with_external_id'>) {
    return this.database.query<ShownBinding>(bindingsPage(pair, filter, null, 1));
  }

  private async refuseManyDecisions(pair: Pair, more: number): Promise<void> {
    const decided = async () => (await this.database.query<{ count: number }>(countDecisions(pair)))[0]?.count ?? 0;
    if ((await decided()) + more <= MAX_DECISIONS) return;
    await this.database.query(forgetDecisions(pair));
    if ((await decided()) + more <= MAX_DECISIONS) return;
    throw new Problem(
      'conflict',
      `At most ${MAX_DECISIONS} items of a type are decided to be new ones at a time. A sync creates those that were: run it, then decide on more.`,
    );
  }

  private async refuseDuringRun(id: string, other: string, { orgId, entity }: Pair): Promise<void> {
    const [open] = await this.database.query<{ sync_id: string }>(findRunBetween(orgId, [id, other], entity));
    if (open)
      throw new Problem(
        'conflict',
        `The sync "${open.sync_id}" between these connections is not over. Wait until it ends, or cancel it.`,
      );
  }

  private async record(
    activity_type: string,
    ends: { readonly connection_id: string; readonly with: string; readonly entity_type: string },
    results: readonly BindingResultDto[],
  ): Promise<void> {
    const changed = results.filter(({ outcome }) => outcome === 'linked' || outcome === 'new');
    if (changed.length === 0) return;
    const bindings = changed.map(({ external_id, with_external_id }) => ({ external_id, with_external_id }));
    const { entity_type, ...connections } = ends;
    await this.activity.append({
      activity_type,
      status: 'completed',
      entity_type,
      details: { ...connections, bindings, ...changeDetails(null, { bindings }) },
    });
  }
}
