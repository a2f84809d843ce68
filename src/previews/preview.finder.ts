import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import { PreviewService } from '../preview-cache/preview.service.ts';
import type { FoundRunPreview, PreviewToApply } from '../runs/run.previews.ts';
import type { Run } from '../runs/run.types.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type PreviewDelta, previewKeyOf } from './preview.publisher.ts';
import { findPreviewRun } from './preview.sql.ts';

/** A preview that can be applied according to the database of the service. */
export interface FoundPreview extends FoundRunPreview {
  readonly delta: PreviewDelta;
}

/** Finds the preview that a request names in `preview`. */
@Injectable()
export class PreviewFinder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly previews: PreviewService,
  ) {}

  /** `preview` is a cache key or the id of the sync that computed it. Throws not-found, conflict (not ready) or stale-preview (replaced). */
  async find(preview: string): Promise<FoundPreview> {
    const named = /^[0-9a-f]{64}$/.test(preview) ? null : await this.run(preview);
    const cacheKey = named ? previewKeyOf(named) : preview;
    const { delta_data, summary } = await this.previews.get(cacheKey);
    const delta = delta_data as unknown as PreviewDelta;
    if (named && delta.sync_id !== named.sync_id)
      throw new Problem(
        'stale-preview',
        `A newer preview, computed by the sync "${delta.sync_id}", has replaced this one.`,
        {
          errors: [{ pointer: '#/preview', detail: 'was replaced by a newer preview' }],
        },
      );
    if (typeof delta.sync_id !== 'string') throw notComputedHere();
    const [guard, approval] = [sentence(summary?.guard), sentence(summary?.approval)];
    return { run: named ?? (await this.run(delta.sync_id)), delta, guard, approval, size: sizeOf(summary) };
  }

  /** Like find(). Throws invalid-request when the preview is for another source, destination or entity type than the request. */
  async findFor(wanted: PreviewToApply): Promise<FoundPreview> {
    const found = await this.find(wanted.preview);
    if (
      found.run.source_connection_id === wanted.source_connection_id &&
      found.run.destination_connection_id === wanted.destination_connection_id &&
      found.run.entity_type === wanted.entity_type
    )
      return found;
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
      throw new Problem('conflict', `The preview "${syncId}" ended with status ${found.status}; compute it again.`);
    return found.run;
  }
}

const sentence = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What a run of ours counted. */
function sizeOf(summary: Readonly<Record<string, unknown>> | null): FoundPreview['size'] {
  const [creates = 0, updates = 0, deletes = 0] = ['creates', 'updates', 'deletes'].map((name) =>
    Number(summary?.[name] ?? 0),
  );
  return { deletes, changes: creates + updates + deletes };
}

function notComputedHere(): Problem {
  const detail = 'was stored by a client; only a preview computed by POST /connections/{id}/preview can be applied';
  return new Problem('invalid-request', `preview ${detail}.`, { errors: [{ pointer: '#/preview', detail }] });
}
