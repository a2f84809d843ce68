import { Injectable } from '@nestjs/common';
import { ConnectionService } from '../../connectors/connections/connection.service.ts';
import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { EntityDescription } from '../../connectors/contract/connector.types.ts';
import { DeletionBudget } from '../../planning/deletion.guard.ts';
import { contentHash } from '../../planning/field.diff.ts';
import { mayPass, type Side } from '../../planning/field.directions.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { ConnectionDestination } from '../destination/connection.destination.ts';
import { ItemPlanner } from '../destination/item.planner.ts';
import { ConnectionPreview, RecordsPreview } from '../destination/preview.destination.ts';
import { RecordsDestination } from '../destination/records.destination.ts';
import { RunEndListeners } from '../run.end-listeners.ts';
import { RunPreviews } from '../run.previews.ts';
import type { Destination, Run } from '../run.types.ts';
import { openSince } from '../runs.sql.ts';
import type { SourceBatch } from '../source/batches.ts';
import { CheckpointBatches } from '../source/checkpoint.batches.ts';
import { countDeleted, countRecords } from '../source/source.sql.ts';
import { RetryPolicy } from './retry.policy.ts';
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
    const budget = await this.budget(run, other ?? source);
    const pair = pairOf(run, systems);
    const planner = other && pair && (await this.planner(run, pair, systems, source, other, retryPolicy, signal));
    const { batches, total, tokens } = await this.checkpointBatches.make({
      lease,
      retryPolicy,
      signal,
      source,
      other,
      budget,
    });
    return {
      batches,
      total,
      destination: this.destination(lease, retryPolicy, budget, pair, planner, other),
      systems: systems.byConnection,
      keepsWatermark: run.kind === 'sync' && Object.keys(run.filters).length === 0,
      afterEnd: async () => {
        if (run.kind === 'preview') await this.previews.publish(run, tokens, (deletes) => budget.refusalOf(deletes));
        await this.endListeners.notify(run, lease.progress.started_at);
      },
    };
  }

  private destination(
    lease: RunLease,
    retryPolicy: RetryPolicy,
    budget: DeletionBudget,
    pair: Pair | null,
    planner: ItemPlanner | null,
    other: OpenedConnection | null,
  ): Destination {
    const { run } = lease;
    const expiresAt = this.previews.changesExpireAt(run);
    if (!planner || !pair || !other)
      return run.kind === 'preview'
        ? new RecordsPreview(this.database, run, expiresAt)
        : new RecordsDestination(this.database, run, budget);
    if (run.kind === 'preview') return new ConnectionPreview(planner, expiresAt);
    return new ConnectionDestination({
      lease,
      pair,
      session: other.session,
      planner,
      retryPolicy,
      budget,
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
      pair,
      ends: { source: run.source_connection_id, destination: other.connection.id },
      mark: from.mark,
      source: source.session,
      session: other.session,
      mayPass: mayPass(sideOf(source, run), sideOf(other, run)),
      onConflict: other.connection.settings.on_conflict === 'overwrite' ? 'overwrite' : 'skip',
      destinationDeletes: entityOf(other, run).deletes,
      // A full run, and a run for specific items that was requested by a user, compare with the current state of the destination.
      thorough: run.mode === 'full' || run.kind === 'preview' || run.kind === 'apply' || run.kind === 'retry',
      remembersRefusals: run.kind !== 'retry',
      destinationHash: contentHash([base_url, settings, access_revision]),
      since: open?.since ?? run.created_at,
    });
  }

  /** The guard applies to every run without an override, and to the deletes of a time together. A preview only reports it. */
  private async budget(run: Run, { connection }: OpenedConnection): Promise<DeletionBudget> {
    const isGuarded = run.kind !== 'preview' && run.override_reason === null;
    const { delete_guard_percent: percent, delete_guard_count: count, delete_guard_hours: hours } = connection.settings;
    const limits = { percent: Number(percent ?? 15), count: typeof count === 'number' ? count : null };
    const [row] = await this.database.query<{ count: number }>(
      countRecords(run.org_id, run.source_connection_id, run.entity_type),
    );
    const [recent] = await this.database.query<{ count: number }>(countDeleted(run, Number(hours ?? 24)));
    const isNamed = run.kind === 'webhook' || run.kind === 'retry';
    const own = run.counts.deleted ?? 0;
    const earlier = isGuarded ? Math.max((recent?.count ?? 0) - own, 0) : 0;
    return new DeletionBudget(limits, isGuarded, row?.count ?? 0, own, { earlier, alwaysAllowed: isNamed ? 1 : 0 });
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
