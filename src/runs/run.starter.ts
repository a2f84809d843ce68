import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import { Quotas } from '../quotas/quotas.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { traceparent } from '../tracing/tracing.ts';
import type { WantedApproval } from './approval/approval.service.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { type Run, writesNothing } from './run.types.ts';
import { insertRun } from './runs.sql.ts';
import { SourceDestinationCheck } from './source-destination.check.ts';

/** The parameters of a run to start. */
export interface RunParameters {
  readonly kind: Run['kind'];
  readonly source_connection_id: string;
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
  readonly mode: Run['mode'];
  readonly filters?: Readonly<Record<string, unknown>>;
  readonly of_sync_id?: string;
  readonly undoes_sync_id?: string | null;
  readonly override_reason?: string;
  /** Undefined or null: it starts as soon as its slots are free. */
  readonly approval?: WantedApproval | null;
  readonly trigger: Run['trigger'];
  readonly requested_by: string | null;
}

/** Starts every kind of run: checks the parameters, stores the run, and queues it if its slots are free, in one transaction. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly database: TenantDatabase,
    private readonly sourceDestination: SourceDestinationCheck,
    private readonly dispatcher: RunDispatcher,
    private readonly quotas: Quotas,
  ) {}

  /** Returns the sync_id. Throws not-found when a connection does not exist and invalid-request when its system cannot do the sync or does not know a filter. */
  async start(parameters: RunParameters): Promise<string> {
    const { source_connection_id, destination_connection_id, entity_type, filters = {}, mode } = parameters;
    if (mode === 'census' && Object.keys(filters).length > 0) throw filteredCensus();
    // What a retry or an undo is of, no connector reads by its filters.
    const isNamed = parameters.kind === 'retry' || Boolean(parameters.undoes_sync_id);
    const { system } = await this.sourceDestination.check(
      source_connection_id,
      destination_connection_id,
      entity_type,
      isNamed ? {} : filters,
    );
    await this.quotas.take('active_syncs');
    await this.quotas.take('records', 0);
    if (writesNothing(parameters)) await this.quotas.take('found_bytes', 0);
    const syncId = `run-${randomUUID()}`;
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        insertRun(currentTenant().orgId, {
          ...parameters,
          sync_id: syncId,
          filters,
          of_sync_id: parameters.of_sync_id ?? null,
          override_reason: parameters.override_reason ?? null,
          approval: parameters.approval ?? null,
          traceparent: traceparent(),
          source_system: system,
        }),
      );
      await this.dispatcher.dispatch();
    });
    return syncId;
  }
}

function filteredCensus(): Problem {
  const detail = 'must be left out: a census is of all ids';
  return new Problem('invalid-request', `filters ${detail}.`, { errors: [{ pointer: '#/filters', detail }] });
}
