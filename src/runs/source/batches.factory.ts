import { Injectable } from '@nestjs/common';
import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { ReadQuery, Watermark } from '../../connectors/contract/connector.types.ts';
import type { DeletionBudget } from '../../planning/deletion.budget.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { WorkItem } from '../destination/destination.types.ts';
import type { ChangeTokens, Run, RunCheckpoint } from '../run.types.ts';
import type { Patience } from '../worker/retry.policy.ts';
import type { RunLease } from '../worker/run.lease.ts';
import { namedSteps, type Step, walkSteps } from './batches.ts';
import { destinationToken } from './change.tokens.ts';
import { SourceReader } from './source.reader.ts';
import { countNamedItems, countUnseenRecords, findWatermark, namedItems, unseenRecords } from './source.sql.ts';

export interface StepsInput {
  readonly lease: RunLease;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly source: OpenedConnection;
  readonly other: OpenedConnection | null;
  readonly budget: DeletionBudget;
}

export interface RunSteps {
  readonly steps: AsyncIterable<Step>;
  readonly total: number | null;
  readonly tokens: ChangeTokens;
}

type NamedRun = Run & { kind: 'apply' | 'retry' | 'webhook' };
interface NamedItem {
  readonly external_id: string;
  readonly expected?: WorkItem['expected'];
}

const NO_TOKENS: ChangeTokens = { source: null, destination: null };

/** The steps of a run from its checkpoint on: a walk of the source and then its deletions, or the items it names. */
@Injectable()
export class StepsFactory {
  constructor(private readonly database: TenantDatabase) {}

  async make(input: StepsInput): Promise<RunSteps> {
    const { run, progress } = input.lease;
    const checkpoint = progress.checkpoint as RunCheckpoint | null;
    const named = run.kind === 'apply' || run.kind === 'retry' || run.kind === 'webhook';
    const reader = new SourceReader(input.source.session, input.patience, {
      entity: run.entity_type,
      query: await this.query(run),
      signal: input.signal,
    });
    if (named) return this.named(run as NamedRun, reader, checkpoint ?? { phase: 'items', after: '' });
    const tokens = checkpoint?.tokens ?? (run.kind === 'preview' ? await this.tokens(input, reader) : NO_TOKENS);
    const from = checkpoint ?? { phase: 'walk', cursor: null, ...(run.kind === 'preview' && { tokens }) };
    const total = progress.total_items ?? (await reader.count());
    return { steps: this.walk(run, reader, from, input.budget), total, tokens };
  }

  private async *walk(
    run: Run,
    reader: SourceReader,
    from: RunCheckpoint,
    budget: DeletionBudget,
  ): AsyncGenerator<Step> {
    const findsDeletions = run.mode === 'full' && Object.keys(run.filters).length === 0;
    if (from.phase === 'walk') yield* walkSteps(reader, from, findsDeletions);
    if (!findsDeletions) return;
    const [unseen] = await this.database.query<{ count: number }>(countUnseenRecords(run));
    budget.expect(unseen?.count ?? 0);
    const start = from.phase === 'deletions' ? from : { ...from, phase: 'deletions' as const, cursor: null, after: '' };
    // What the walk did not come by is asked for by its id: only what is not there is gone.
    yield* namedSteps(reader, start, (after) => this.database.query<NamedItem>(unseenRecords(run, after)));
  }

  private async named(run: NamedRun, reader: SourceReader, from: RunCheckpoint): Promise<RunSteps> {
    const [row] = await this.database.query<{ count: number }>(countNamedItems(run));
    const next = (after: string) => this.database.query<NamedItem>(namedItems(run, after));
    return { steps: namedSteps(reader, from, next), total: row?.count ?? null, tokens: NO_TOKENS };
  }

  /** A first incremental sync has nothing to start from and reads all. */
  private async query(run: Run): Promise<ReadQuery> {
    const [row] =
      run.mode === 'incremental' ? await this.database.query<{ watermark: Watermark }>(findWatermark(run)) : [];
    return { mode: run.mode, since: row?.watermark ?? null, filters: run.filters };
  }

  private async tokens({ lease, patience, other, signal }: StepsInput, reader: SourceReader): Promise<ChangeTokens> {
    const source = await reader.changeToken();
    const destination = await patience.call(() => destinationToken(this.database, lease.run, other, signal));
    return { source, destination };
  }
}
