import { Injectable } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { changeDetails } from '../../activity/change.details.ts';
import { noSuchConnection } from '../../connectors/connections/connection.service.ts';
import { currentTenant, currentUser } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { RunDispatcher } from '../run.dispatcher.ts';
import { unpauseRun } from '../runs.sql.ts';
import type { ConnectionPauseDto } from './dto/pause.dto.ts';
import { markPaused, markResumed, pauseRunsOf, resumeRunsOf } from './pause.sql.ts';

interface Marked {
  readonly name: string;
  readonly system: string;
  readonly changed: boolean;
}

/** Pauses and resumes all that is synced from and to a connection: what runs, and what schedules, webhooks and requests start meanwhile. */
@Injectable()
export class PauseService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly dispatcher: RunDispatcher,
    private readonly activity: ActivityService,
  ) {}

  /** A repeated request is no error. Throws not-found. */
  pause(connectionId: string): Promise<ConnectionPauseDto> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [marked] = await transaction.query<Marked>(markPaused(orgId, connectionId, currentUser()));
      if (!marked) throw noSuchConnection();
      const runs = await transaction.query<{ sync_id: string }>(pauseRunsOf(orgId, connectionId, currentUser()));
      if (marked.changed) await this.note('connection_paused', connectionId, marked);
      return { connection_id: connectionId, paused: true, sync_ids: runs.map(({ sync_id }) => sync_id) };
    });
  }

  /** As `pause`. What has waited starts, the oldest first. */
  resume(connectionId: string): Promise<ConnectionPauseDto> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [marked] = await transaction.query<Marked>(markResumed(orgId, connectionId));
      if (!marked) throw noSuchConnection();
      const runs = await transaction.query<{ sync_id: string }>(resumeRunsOf(orgId, connectionId, currentUser()));
      for (const { sync_id } of runs) {
        const [paused] = await transaction.query(unpauseRun(orgId, sync_id));
        if (paused) await this.dispatcher.send(transaction, sync_id);
      }
      await this.dispatcher.dispatch();
      if (marked.changed) await this.note('connection_resumed', connectionId, marked);
      return { connection_id: connectionId, paused: false, sync_ids: runs.map(({ sync_id }) => sync_id) };
    });
  }

  private async note(activity_type: string, connection_id: string, { name, system }: Marked): Promise<void> {
    const paused = activity_type === 'connection_paused';
    await this.activity.append({
      ...{ activity_type, status: paused ? 'paused' : 'running', source_system: system },
      details: { connection_id, name, ...changeDetails({ paused: !paused }, { paused }) },
    });
  }
}
