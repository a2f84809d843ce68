import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { Problem } from '../common/problem.ts';
import { keptItems } from '../records/history/kept.changes.sql.ts';
import { destinationConnectionOf, type OneItemDto } from '../runs/dto/requests.dto.ts';
import { RunStarter } from '../runs/run.starter.ts';
import { RunsService } from '../runs/runs.service.ts';
import { currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { PreviewRunDto, StartPreviewDto } from './dto/preview.dto.ts';
import { previewKeyOf } from './preview.publisher.ts';

/** Starts previews: runs that compute changes and write nothing. */
@Injectable()
export class PreviewsService {
  constructor(
    private readonly starter: RunStarter,
    private readonly runs: RunsService,
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
  ) {}

  /** The preview of the inverse, of all that the sync changed or of one item. Throws conflict when the sync is not over, or made no change that is still kept. */
  undo(syncId: string, { external_id: only }: OneItemDto = {}): Promise<PreviewRunDto> {
    return this.database.transaction(async () => {
      const run = await this.runs.row(syncId, 'conflict');
      if (run.kind === 'preview')
        throw new Problem('conflict', `The sync "${syncId}" is a preview, which changed nothing.`);
      const { progress } = await this.runs.get(syncId);
      if (progress.completed_at === null)
        throw new Problem('conflict', `The sync "${syncId}" is still active. Wait until it ends, or cancel it.`);
      const [kept] = await this.database.query<{ external_id: string }>(keptItems(run, only ?? null, ''));
      if (!kept)
        throw new Problem(
          'conflict',
          `The sync "${syncId}" changed nothing${only === undefined ? '' : ` of the item "${only}"`}, or what it changed is not kept any more.`,
        );
      const preview = await this.starter.start({
        ...{
          ...run,
          kind: 'preview',
          mode: 'full',
          filters: only === undefined ? {} : { external_id: only },
          of_sync_id: undefined,
          override_reason: undefined,
          approval: null,
        },
        ...{ undoes_sync_id: syncId, trigger: 'request', requested_by: currentUser() },
      });
      await this.activity.append({
        sync_id: syncId,
        entity_type: run.entity_type,
        activity_type: 'undo_requested',
        status: 'queued',
        details: { preview_sync_id: preview },
      });
      return this.shown(preview);
    });
  }

  async start(connectionId: string, body: StartPreviewDto): Promise<PreviewRunDto> {
    const syncId = await this.starter.start({
      kind: 'preview',
      source_connection_id: connectionId,
      destination_connection_id: destinationConnectionOf(body),
      entity_type: body.entity_type,
      mode: body.mode ?? 'full',
      filters: body.filters,
      trigger: 'request',
      requested_by: currentUser(),
    });
    return this.shown(syncId);
  }

  private async shown(syncId: string): Promise<PreviewRunDto> {
    return { ...(await this.runs.get(syncId)), cache_key: previewKeyOf(await this.runs.row(syncId)) };
  }
}
