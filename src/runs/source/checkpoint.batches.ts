import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { ExternalItem, ReadQuery, Watermark } from '../../connectors/contract/connector.types.ts';
import type { Statement } from '../../database/database.ts';
import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { findBindings, type Pair } from '../../records/bindings.sql.ts';
import { countKept, keptItems } from '../../records/history/kept.changes.sql.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type BoundRange, sampleSize, sampleStarts } from '../reconcile.sample.ts';
import { type ChangeTokens, isSample, onlyItem, type Run, type RunCheckpoint, writesNothing } from '../run.types.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';
import type { RunLease } from '../worker/run.lease.ts';
import { idBatches, type NamedItem, namedItemBatches, pageBatches, type SourceBatch } from './batches.ts';
import { destinationToken } from './change.tokens.ts';
import { PageSizes } from './page.size.ts';
import { SourceReader } from './source.reader.ts';
import {
  boundRange,
  countDeletesToApply,
  countNamedItems,
  countUnseen,
  findWatermark,
  namedItems,
  refusedItems,
  sampledItems,
  unrecordedIds,
  unseenItems,
} from './source.sql.ts';

export interface BatchesInput {
  readonly lease: RunLease;
  readonly retryPolicy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly source: OpenedConnection;
  readonly other: OpenedConnection | null;
  readonly budget: DeletionBudget;
  /** Of the systems; null when the destination is the records. */
  readonly pair: Pair | null;
}

export interface RunBatches {
  readonly batches: AsyncIterable<SourceBatch>;
  readonly total: number | null;
  readonly tokens: ChangeTokens;
}

type NamedRun = Run & { kind: 'apply' | 'retry' | 'webhook' };
const isApply = (run: Run): run is Run & { kind: 'apply' } => run.kind === 'apply';

/** Of 100 items: how much an incremental sync tries again. The next one goes on with what was not tried for the longest time. */
const TRIED_AGAIN_BATCHES = 10;

const NO_TOKENS: ChangeTokens = { source: null, destination: null };

/** Creates the batches of a run, starting at its checkpoint: the pages of the source and then its deletions, or its named items. */
@Injectable()
export class CheckpointBatches {
  constructor(
    private readonly database: TenantDatabase,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  async make(input: BatchesInput): Promise<RunBatches> {
    const { run, progress } = input.lease;
    const stored = progress.checkpoint as Partial<RunCheckpoint> | null;
    // A run that has committed nothing may have learned the size of a page.
    const checkpoint = stored?.phase === undefined ? null : (stored as RunCheckpoint);
    const named = run.kind === 'apply' || run.kind === 'retry' || run.kind === 'webhook';
    const reader = new SourceReader(input.source.session, input.retryPolicy, {
      entity: run.entity_type,
      query: await this.query(run),
      signal: input.signal,
      sizes: new PageSizes(stored?.page, run.postponements),
    });
    const { arrived } = input.budget;
    // An apply that has to stop does so before it has written anything.
    if (isApply(run) && !checkpoint) input.budget.expect(await this.count(countDeletesToApply(run)));
    if (run.undoes_sync_id !== null)
      return this.undone(run, run.undoes_sync_id, checkpoint ?? { phase: 'items', after: '', arrived });
    if (named)
      return this.named(run as NamedRun, reader, input.pair, checkpoint ?? { phase: 'items', after: '', arrived });
    if (isSample(run)) return this.sample(input, reader, checkpoint ?? { phase: 'items', after: '', arrived });
    const tokens = checkpoint?.tokens ?? (writesNothing(run) ? await this.tokens(input, reader) : NO_TOKENS);
    const from = checkpoint ?? { phase: 'pages', cursor: null, arrived, ...(writesNothing(run) && { tokens }) };
    const total = progress.total_items ?? (await reader.count());
    return { batches: this.readAll(run, reader, from, input), total, tokens };
  }

  private async *readAll(
    run: Run,
    reader: SourceReader,
    from: RunCheckpoint,
    { budget, pair }: BatchesInput,
  ): AsyncGenerator<SourceBatch> {
    const isWhole = Object.keys(run.filters).length === 0;
    const findsDeletions = run.mode !== 'incremental' && isWhole;
    const triesAgain = run.mode === 'incremental' && isWhole && pair !== null;
    const then = findsDeletions ? 'deletions' : triesAgain ? 'refused' : null;
    if (from.phase === 'pages' && run.mode === 'census')
      yield* idBatches(reader, from, (ids) => this.unrecorded(run, ids));
    else if (from.phase === 'pages') yield* pageBatches(reader, from, then);
    if (triesAgain) yield* this.refused(run, reader, from);
    if (!findsDeletions) return;
    const foreseen = from.foreseen ?? (await this.count(countUnseen(run, pair)));
    if (budget.exceeds(foreseen)) await this.refuseLosses(run, reader, { budget, pair }, foreseen);
    const start =
      from.phase === 'deletions' && from.foreseen !== undefined
        ? from
        : { ...from, phase: 'deletions' as const, cursor: null, after: '', foreseen };
    // What no page contained is read again by its id. It counts as deleted only if the source does not return it.
    yield* namedItemBatches(reader, start, (after) => this.database.query<NamedItem>(unseenItems(run, pair, after)));
  }

  /** What the source did not change, but the destination may have, so that it is not refused any more. */
  private refused(run: Run, reader: SourceReader, from: RunCheckpoint): AsyncGenerator<SourceBatch> {
    const start = from.phase === 'refused' ? from : { ...from, phase: 'refused' as const, cursor: null, after: '' };
    let batches = 0;
    return namedItemBatches(reader, start, async (after) => {
      batches += 1;
      return batches > TRIED_AGAIN_BATCHES ? [] : this.database.query<NamedItem>(refusedItems(run, after));
    });
  }

  /**
   * A list that leaves out many records is no proof that they are gone, and a key that may no longer see them deletes nothing. Asks by id
   * for as many as it takes, and refuses when more are lost than the budget allows: a run throws GuardTripped, a preview goes on.
   */
  private async refuseLosses(
    run: Run,
    reader: SourceReader,
    { budget, pair }: Pick<BatchesInput, 'budget' | 'pair'>,
    unseen: number,
  ): Promise<void> {
    let lost = 0;
    let hidden = 0;
    for (let after = ''; ; ) {
      const named = await this.database.query<NamedItem>(unseenItems(run, pair, after));
      const last = named.at(-1);
      if (!last) return;
      const items = await reader.byIds(named.map(({ external_id }) => external_id));
      lost += items.filter(({ deleted, problem }) => deleted || problem).length;
      hidden += items.filter(({ problem }) => problem?.error_class === 'no_access').length;
      if (budget.exceeds(lost)) {
        if (hidden === 0) return budget.expect(unseen);
        return budget.refuse(
          `${hidden} records that were read before are hidden from this key (no_access), and ${lost - hidden} are gone: more than the guard allows. Check what the key may see.`,
        );
      }
      after = last.external_id;
    }
  }

  private async unrecorded(run: Run, ids: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<NamedItem>(unrecordedIds(run, ids));
    return rows.map(({ external_id }) => external_id);
  }

  private async count(statement: Statement): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(statement);
    return row?.count ?? 0;
  }

  private async named(
    run: NamedRun,
    reader: SourceReader,
    pair: Pair | null,
    from: RunCheckpoint,
  ): Promise<RunBatches> {
    const [row] = await this.database.query<{ count: number }>(countNamedItems(run));
    const next = (after: string) => this.database.query<NamedItem>(namedItems(run, after));
    const batches = namedItemBatches(this.withoutLeftOut(run, reader, pair), from, next);
    return { batches, total: row?.count ?? null, tokens: NO_TOKENS };
  }

  /**
   * What reads of all items leave out by a setting is not brought by its id either, unless it was synced before: then it stays as it is
   * bound, since it is not gone. A webhook tells of everybody, so there it is nobody; where somebody asked for the item, it fails and says why.
   */
  private withoutLeftOut(run: NamedRun, reader: SourceReader, pair: Pair | null): Pick<SourceReader, 'byIds'> {
    const nobody = ({ external_id, leftOut = '' }: ExternalItem): ExternalItem =>
      run.kind === 'webhook'
        ? { external_id, data: null, deleted: true }
        : { external_id, data: null, problem: { error_class: 'left_out', message: `It is not synced: ${leftOut}` } };
    return {
      byIds: async (ids) => {
        const items = await reader.byIds(ids);
        const left = items.flatMap(({ external_id, leftOut }) => (leftOut === undefined ? [] : external_id));
        if (left.length === 0) return items;
        const unsynced = new Set(await this.unsynced(run, pair, left));
        return items.map((item) => (unsynced.has(item.external_id) ? nobody(item) : item));
      },
    };
  }

  private async unsynced(run: Run, pair: Pair | null, ids: readonly string[]): Promise<string[]> {
    if (pair === null) return this.unrecorded(run, ids);
    const bound = await this.database.query<{ source_id: string }>(findBindings(pair, ids));
    const known = new Set(bound.map(({ source_id }) => source_id));
    return ids.filter((id) => !known.has(id));
  }

  /** One batch, of what is bound. */
  private async sample(
    { lease: { run }, pair }: BatchesInput,
    reader: SourceReader,
    from: RunCheckpoint,
  ): Promise<RunBatches> {
    const most = sampleSize(this.env.SYNC_RECONCILE_SAMPLE, from.arrived ?? 0);
    const next = async (after: string) => {
      if (after !== '' || !pair) return [];
      const [range] = await this.database.query<BoundRange>(boundRange(run, pair));
      const starts = sampleStarts(run.sync_id, range ?? { first: null, last: null }, most);
      return this.database.query<NamedItem>(sampledItems(run, pair, starts, most));
    };
    return { batches: namedItemBatches(reader, from, next), total: null, tokens: NO_TOKENS };
  }

  /** What to take back is not read from the source. Without data an item is neither written to the records nor taken for deleted. */
  private async undone(run: Run, undoneSyncId: string, from: RunCheckpoint): Promise<RunBatches> {
    const undone = { org_id: run.org_id, sync_id: undoneSyncId };
    const [count, next] = isApply(run)
      ? ([countNamedItems(run), (after: string) => namedItems(run, after)] as const)
      : ([countKept(undone, onlyItem(run)), (after: string) => keptItems(undone, onlyItem(run), after)] as const);
    const [row] = await this.database.query<{ count: number }>(count);
    const reader = {
      byIds: (ids: readonly string[]) => Promise.resolve(ids.map((external_id) => ({ external_id, data: null }))),
    };
    return {
      batches: namedItemBatches(reader, from, (after) => this.database.query<NamedItem>(next(after))),
      total: row?.count ?? null,
      tokens: NO_TOKENS,
    };
  }

  /** The first incremental sync has no watermark, so it reads all items. */
  private async query(run: Run): Promise<ReadQuery> {
    const [row] =
      run.mode === 'incremental' ? await this.database.query<{ watermark: Watermark }>(findWatermark(run)) : [];
    return {
      mode: run.mode === 'incremental' ? 'incremental' : 'full',
      since: row?.watermark ?? null,
      filters: run.filters,
    };
  }

  private async tokens(
    { lease, retryPolicy, other, signal }: BatchesInput,
    reader: SourceReader,
  ): Promise<ChangeTokens> {
    const source = await reader.changeToken();
    const destination = await retryPolicy.call(() => destinationToken(this.database, lease.run, other, signal));
    return { source, destination };
  }
}
