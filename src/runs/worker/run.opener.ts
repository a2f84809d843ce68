import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { ConnectionService } from '../../connectors/connections/connection.service.ts';
import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { ChangeLimit } from '../../planning/change.limit.ts';
import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { fieldsNotCarried } from '../../planning/field.directions.ts';
import { Quotas } from '../../quotas/quotas.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { ConnectionDestination } from '../destination/connection.destination.ts';
import { ItemPlanner, type PlannerOptions } from '../destination/item.planner.ts';
import { LateWrites } from '../destination/late.writes.ts';
import { MissingReferences } from '../destination/missing.references.ts';
import { OpenWrites } from '../destination/open.writes.ts';
import { optionsOf, sideOf } from '../destination/planner.options.ts';
import { ConnectionPreview, RecordsPreview } from '../destination/preview.destination.ts';
import { ReconcileDestination } from '../destination/reconcile.destination.ts';
import { RecordsDestination } from '../destination/records.destination.ts';
import { WriteTrial } from '../destination/write.trial.ts';
import { RunEndListeners } from '../run.end-listeners.ts';
import { RunPreviews } from '../run.previews.ts';
import { type Destination, isSample, type Planner, type Run, type RunRoom, writesNothing } from '../run.types.ts';
import { findRunRow, noteFieldsNotCompared, openSince } from '../runs.sql.ts';
import type { SourceBatch } from '../source/batches.ts';
import { CheckpointBatches } from '../source/checkpoint.batches.ts';
import { RecordsUndo } from '../undo/records.undo.ts';
import { UndoPlanner } from '../undo/undo.planner.ts';
import { RetryPolicy, Stopped } from './retry.policy.ts';
import { budgetOf, changeLimitOf, settingsOf } from './run.budget.ts';
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
  readonly room: RunRoom;
  /** Whether the next incremental sync may start from this run's watermark. */
  readonly keepsWatermark: boolean;
  /** Called in the transaction that ends the run, after its last batch. */
  afterEnd(): Promise<void>;
}

interface DestinationParts {
  readonly lease: RunLease;
  readonly retryPolicy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly budget: DeletionBudget;
  readonly changeLimit: ChangeLimit;
  readonly pair: Pair | null;
  readonly openWrites: OpenWrites | null;
  readonly planner: Planner | null;
  readonly source: OpenedConnection;
  readonly other: OpenedConnection | null;
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
    private readonly quotas: Quotas,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /**
   * Throws Problem when a connection was removed or leads to another system, ConnectorError when a system does not respond, and Stopped
   * when another run writes to the system.
   */
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
    if (systems.destination && !(await lease.keepSlots())) throw new Stopped();
    const pair = pairOf(run, systems);
    const settings = await settingsOf(this.database, run);
    const budget = await budgetOf(this.database, lease, pair, other ?? source, settings);
    const since = (pair && (await this.openSince(run, pair))) ?? run.created_at;
    const openWrites = pair && (await OpenWrites.of(this.database, run, pair, since));
    const planner =
      other &&
      pair &&
      openWrites &&
      (await this.planner(run, pair, since, systems, source, other, openWrites, retryPolicy, signal));
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
      destination: await this.destination({
        ...{ lease, retryPolicy, signal, budget, pair, openWrites, planner, source, other },
        changeLimit: changeLimitOf(run, settings),
      }),
      systems: systems.byConnection,
      room: await this.room(run),
      keepsWatermark: run.kind === 'sync' && Object.keys(run.filters).length === 0,
      afterEnd: async () => {
        if (writesNothing(run) && !isSample(run)) await this.previews.publish(run, tokens, budget.refusals);
        if (run.kind === 'reconcile' && other)
          await this.database.query(
            noteFieldsNotCompared(
              run,
              fieldsNotCarried(sideOf(source, run.entity_type), sideOf(other, run.entity_type)),
            ),
          );
        await this.endListeners.notify(run, lease.progress.started_at);
      },
    };
  }

  private async room(run: Run): Promise<RunRoom> {
    const items_up_to = run.item_bytes + (await this.quotas.room('item_bytes'));
    return writesNothing(run)
      ? { items_up_to, found_up_to: run.found_bytes + (await this.quotas.room('found_bytes')) }
      : { items_up_to, kept_up_to: run.kept_bytes + (await this.quotas.room('change_bytes')) };
  }

  private async destination(parts: DestinationParts): Promise<Destination> {
    const { lease, retryPolicy, signal, budget, changeLimit, pair, openWrites, planner, source, other } = parts;
    const { run } = lease;
    const expiresAt = this.previews.changesExpireAt(run);
    if (!other && run.undoes_sync_id !== null)
      return new RecordsUndo(this.database, run, run.undoes_sync_id, budget, expiresAt);
    if (!planner || !pair || !other || !openWrites) {
      if (!writesNothing(run)) return new RecordsDestination(this.database, run, budget);
      const preview = new RecordsPreview(this.database, run, budget, expiresAt);
      return run.kind === 'reconcile' ? new ReconcileDestination(preview) : preview;
    }
    // Whether the destination would take a difference is for the apply to find out.
    if (run.kind === 'reconcile')
      return new ReconcileDestination(new ConnectionPreview(planner, null, budget, expiresAt));
    const { database } = this;
    const trial = new WriteTrial({ database, syncId: run.sync_id, pair, session: other.session, retryPolicy, signal });
    const references = new MissingReferences(source.session, retryPolicy, signal);
    if (run.kind === 'preview') return new ConnectionPreview(planner, { trial, references }, budget, expiresAt);
    return new ConnectionDestination({
      lease,
      pair,
      session: other.session,
      planner,
      trial,
      references,
      retryPolicy,
      budget,
      changeLimit,
      openWrites,
      lateWrites: new LateWrites({
        ...{ database: this.database, lease, pair, retryPolicy },
        longestSeconds: this.environment.SYNC_LATE_WRITE_SECONDS,
      }),
    });
  }

  private async openSince(run: Run, pair: Pair): Promise<string | undefined> {
    const [open] = await this.database.query<{ since: string }>(openSince(run, pair));
    return open?.since;
  }

  private async planner(
    run: Run,
    pair: Pair,
    since: string,
    { source: from }: ConfirmedSystems,
    source: OpenedConnection,
    other: OpenedConnection,
    openWrites: OpenWrites,
    retryPolicy: RetryPolicy,
    signal: AbortSignal,
  ): Promise<Planner> {
    const mirrors = await this.mirrors(run);
    const ofEnds = optionsOf({ pair, mark: from.mark, source, destination: other });
    const options: PlannerOptions = {
      ...ofEnds,
      syncId: run.sync_id,
      onConflict: mirrors ? 'mirror' : ofEnds.onConflict,
      // A full run, and a run for specific items that was requested by a user, compare with the current state of the destination.
      thorough: run.mode === 'full' || run.kind === 'apply' || run.kind === 'retry',
      remembersRefusals: run.kind !== 'retry' && !mirrors,
      since,
      openDeletes: openWrites.deletes,
    };
    return run.undoes_sync_id === null
      ? new ItemPlanner(this.database, retryPolicy, signal, options)
      : new UndoPlanner(this.database, retryPolicy, signal, options, run.undoes_sync_id);
  }

  /** A reconcile and its apply. */
  private async mirrors(run: Run): Promise<boolean> {
    if (run.kind !== 'apply' || run.of_sync_id === null) return run.kind === 'reconcile';
    const [of] = await this.database.query<{ run: Run }>(findRunRow(run.org_id, run.of_sync_id));
    return of?.run.kind === 'reconcile';
  }
}

const pairOf = (run: Run, { source, destination }: ConfirmedSystems): Pair | null =>
  destination && { orgId: run.org_id, entity: run.entity_type, source: source.id, destination: destination.id };
