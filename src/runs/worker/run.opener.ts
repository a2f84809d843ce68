import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { ConnectionService } from '../../connectors/connections/connection.service.ts';
import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { EntityDescription } from '../../connectors/contract/connector.types.ts';
import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { contentHash } from '../../planning/field.diff.ts';
import { mayPass, type Side } from '../../planning/field.directions.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { ConnectionDestination } from '../destination/connection.destination.ts';
import { ItemPlanner } from '../destination/item.planner.ts';
import { LateWrites } from '../destination/late.writes.ts';
import { MissingReferences } from '../destination/missing.references.ts';
import { ConnectionPreview, RecordsPreview } from '../destination/preview.destination.ts';
import { RecordsDestination } from '../destination/records.destination.ts';
import { WriteTrial } from '../destination/write.trial.ts';
import { RunEndListeners } from '../run.end-listeners.ts';
import { RunPreviews } from '../run.previews.ts';
import type { Destination, Run } from '../run.types.ts';
import { openSince } from '../runs.sql.ts';
import type { SourceBatch } from '../source/batches.ts';
import { CheckpointBatches } from '../source/checkpoint.batches.ts';
import { RetryPolicy } from './retry.policy.ts';
import { budgetOf } from './run.budget.ts';
import type { RunLease } from './run.lease.ts';
import { type ConfirmedSystems, RunSystems } from './run.systems.ts';

/** The batches and the destination of a run that is being executed. */
export interface OpenedRun {
  readonly batches: AsyncIterable<SourceBatch>;
  readonly destination: Destination;
  /** See Batch.systems. */
  readonly systems: Readonly<Record<string, string>>;
  /** The number of items of the whole run. Null while it is not known. */
  readonly total: number | null;
  /** Whether the next incremental sync may start from this run's watermark. */
  readonly keepsWatermark: boolean;
  /** Called in the transaction that ends the run, after its last batch. */
  afterEnd(): Promise<void>;
}

/** Opens the connections of a run and creates its batches and its destination. */
@Injectable()
export class RunOpener {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly checkpointBatches: CheckpointBatches,
    private readonly previews: RunPreviews,
    private readonly endListeners: RunEndListeners,
    private readonly runSystems: RunSystems,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** Throws Problem when a connection was removed or leads to another system, and ConnectorError when a system does not respond. */
  async open(lease: RunLease, signal: AbortSignal): Promise<OpenedRun> {
    const { run } = lease;
    const retryPolicy = new RetryPolicy(lease);
    const onWait = (until: number | null, reason: string) =>
      lease.waitsFor(until === null ? null : { reason, until, limited: true });
    const source = await this.connections.open(run.source_connection_id, { onWait });
    const other = run.destination_connection_id
      ? await this.connections.open(run.destination_connection_id, { onWait })
      : null;
    const systems = await this.runSystems.confirm(source, other, retryPolicy, signal);
    const pair = pairOf(run, systems);
    const budget = await budgetOf(this.database, lease, pair, other ?? source);
    const planner = other && pair && (await this.planner(run, pair, systems, source, other, retryPolicy, signal));
    const { batches, total, tokens } = await this.checkpointBatches.make({
      lease,
      retryPolicy,
      signal,
      source,
      other,
      budget,
      pair,
    });
    return {
      batches,
      total,
      destination: this.destination(lease, retryPolicy, signal, budget, pair, planner, source, other),
      systems: systems.byConnection,
      keepsWatermark: run.kind === 'sync' && Object.keys(run.filters).length === 0,
      afterEnd: async () => {
        if (run.kind === 'preview') await this.previews.publish(run, tokens, budget.refusal);
        await this.endListeners.notify(run, lease.progress.started_at);
      },
    };
  }

  private destination(
    lease: RunLease,
    retryPolicy: RetryPolicy,
    signal: AbortSignal,
    budget: DeletionBudget,
    pair: Pair | null,
    planner: ItemPlanner | null,
    source: OpenedConnection,
    other: OpenedConnection | null,
  ): Destination {
    const { run } = lease;
    const expiresAt = this.previews.changesExpireAt(run);
    if (!planner || !pair || !other)
      return run.kind === 'preview'
        ? new RecordsPreview(this.database, run, budget, expiresAt)
        : new RecordsDestination(this.database, run, budget);
    const trial = new WriteTrial(pair, other.session, retryPolicy, signal);
    const references = new MissingReferences(source.session, retryPolicy, signal);
    if (run.kind === 'preview') return new ConnectionPreview(planner, trial, references, budget, expiresAt);
    return new ConnectionDestination({
      lease,
      pair,
      session: other.session,
      planner,
      trial,
      references,
      retryPolicy,
      budget,
      lateWrites: new LateWrites({
        ...{ database: this.database, lease, pair, retryPolicy },
        longestSeconds: this.environment.SYNC_LATE_WRITE_SECONDS,
      }),
      changesExpireAt: expiresAt,
    });
  }

  private async planner(
    run: Run,
    pair: Pair,
    { source: from }: ConfirmedSystems,
    source: OpenedConnection,
    other: OpenedConnection,
    retryPolicy: RetryPolicy,
    signal: AbortSignal,
  ): Promise<ItemPlanner> {
    const { base_url, settings, access_revision } = other.connection;
    const [open] = await this.database.query<{ since: string }>(openSince(run, pair));
    return new ItemPlanner(this.database, retryPolicy, signal, {
      syncId: run.sync_id,
      pair,
      ends: { source: run.source_connection_id, destination: other.connection.id },
      mark: from.mark,
      source: source.session,
      session: other.session,
      mayPass: mayPass(sideOf(source, run), sideOf(other, run)),
      onConflict: other.connection.settings.on_conflict === 'overwrite' ? 'overwrite' : 'skip',
      destinationDeletes: entityOf(other, run).deletes,
      // A full run, and a run for specific items that was requested by a user, compare with the current state of the destination.
      thorough: run.mode === 'full' || run.kind === 'apply' || run.kind === 'retry',
      remembersRefusals: run.kind !== 'retry',
      destinationHash: contentHash([base_url, settings, access_revision]),
      since: open?.since ?? run.created_at,
    });
  }
}

const pairOf = (run: Run, { source, destination }: ConfirmedSystems): Pair | null =>
  destination && { orgId: run.org_id, entity: run.entity_type, source: source.id, destination: destination.id };

function entityOf({ connector }: OpenedConnection, run: Run): EntityDescription {
  const entity = connector.description.entities.find(({ entity_type }) => entity_type === run.entity_type);
  if (!entity) throw new Error(`${connector.description.system} has no ${run.entity_type}`);
  return entity;
}

function sideOf(opened: OpenedConnection, run: Run): Side {
  const directions = opened.connection.settings.field_directions as Record<string, Side['directions']> | undefined;
  return { entity: entityOf(opened, run), directions: directions?.[run.entity_type] ?? {} };
}
