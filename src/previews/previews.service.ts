import { Injectable } from '@nestjs/common';
import { destinationConnectionOf } from '../runs/dto/requests.dto.ts';
import { RunStarter } from '../runs/run.starter.ts';
import { RunsService } from '../runs/runs.service.ts';
import { currentUser } from '../tenancy/tenant.context.ts';
import type { PreviewRunDto, StartPreviewDto } from './dto/preview.dto.ts';
import { previewKeyOf } from './preview.publisher.ts';

/** Starts previews: runs that compute changes and write nothing. */
@Injectable()
export class PreviewsService {
  constructor(
    private readonly starter: RunStarter,
    private readonly runs: RunsService,
  ) {}

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
    return { ...(await this.runs.get(syncId)), cache_key: previewKeyOf(await this.runs.row(syncId)) };
  }
}
