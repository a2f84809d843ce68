import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { PreviewService } from '../../preview-cache/preview.service.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { StartRunDto } from '../dto/requests.dto.ts';
import type { Run } from '../run.types.ts';
import { type PreviewDelta, PreviewPublisher } from './preview.publisher.ts';
import { findPreviewRun } from './preview.sql.ts';

/** A preview that can still be applied, as far as our own database knows. */
export interface FoundPreview {
  readonly run: Run;
  readonly delta: PreviewDelta;
  /** Why its deletes would be refused; null when they would not. */
  readonly guard: string | null;
}

/** Finds what a request means by `preview`. */
@Injectable()
export class PreviewFinder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly previews: PreviewService,
    private readonly publisher: PreviewPublisher,
  ) {}

  /** By cache key or by the sync that computed it. Throws not-found, conflict (not ready), or stale-preview (replaced). */
  async find(preview: string): Promise<FoundPreview> {
    const named = /^[0-9a-f]{64}$/.test(preview) ? null : await this.run(preview);
    const cacheKey = named ? this.publisher.keyOf(named) : preview;
    const { delta_data, summary } = await this.previews.get(cacheKey);
    const delta = delta_data as unknown as PreviewDelta;
    if (named && delta.sync_id !== named.sync_id)
      throw new Problem('stale-preview', `A newer preview, by "${delta.sync_id}", has replaced this one.`, {
        errors: [{ pointer: '#/preview', detail: 'was replaced by a newer one' }],
      });
    if (typeof delta.sync_id !== 'string') throw notComputedHere();
    const guard = typeof summary?.guard === 'string' ? summary.guard : null;
    return { run: named ?? (await this.run(delta.sync_id)), delta, guard };
  }

  refuseOtherEnds({ run }: FoundPreview, body: StartRunDto): void {
    const destination = typeof body.destination === 'object' ? body.destination.connection_id : null;
    if (
      run.source_connection_id === body.source_connection_id &&
      run.destination_connection_id === destination &&
      run.entity_type === body.entity_type
    )
      return;
    const detail = 'is for another source, destination or entity type';
    throw new Problem('invalid-request', `preview ${detail}.`, { errors: [{ pointer: '#/preview', detail }] });
  }

  private async run(syncId: string): Promise<Run> {
    const [found] = await this.database.read<{ run: Run; completed_at: string | null; status: string }>(
      findPreviewRun(currentTenant().orgId, syncId),
    );
    if (!found) throw new Problem('not-found', `There is no preview "${syncId}" in your organization.`);
    if (found.completed_at === null)
      throw new Problem('conflict', `The preview "${syncId}" is still being computed.`, { retryAfter: 2 });
    if (!found.status.startsWith('completed'))
      throw new Problem('conflict', `The preview "${syncId}" ended as ${found.status}; compute it again.`);
    return found.run;
  }
}

function notComputedHere(): Problem {
  const detail = 'was stored by a client; only a preview computed by POST /connections/{id}/preview can be applied';
  return new Problem('invalid-request', `preview ${detail}.`, { errors: [{ pointer: '#/preview', detail }] });
}
