import type { PreviewSummary } from '@sync-operations/client';
import { Link } from 'wouter';
import { previewPath } from '../app/location.ts';
import { Badge } from '../ui/badge.tsx';
import { capitalized, count } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import { countsOf, countsText, guardOf, parseSyncType } from './preview.summary.ts';
import { SourceAndDestination } from './source.destination.tsx';
import { SummaryBar } from './summary.counts.tsx';

export function PreviewRow({ preview }: { readonly preview: PreviewSummary }) {
  const { sync_type, entity_type, cache_key, summary, computed_at, expires_at } = preview;
  const counts = countsOf(summary);
  const isComputed = parseSyncType(sync_type) !== undefined;
  return (
    <tr>
      <td data-label="Preview">
        <div className="prev-what">
          <Link href={previewPath(cache_key)} className="prev-name">
            {entityText(entity_type)}: <SourceAndDestination syncType={sync_type} />
          </Link>
          {!isComputed && <span className="muted small">stored by another service</span>}
          {guardOf(summary) && <Badge tone="warn">above the delete guard</Badge>}
        </div>
      </td>
      <td data-label="Would change">
        <div className="prev-would">
          {counts.length > 0 ? (
            <>
              <SummaryBar counts={counts} />
              {/* Screen readers read the label of the bar. */}
              <span className="small" aria-hidden="true">
                {countsText(counts, count)}
              </span>
            </>
          ) : (
            <span className="muted">not counted</span>
          )}
        </div>
      </td>
      <td data-label="Computed">
        <Time at={computed_at} />
      </td>
      <td data-label="Kept until">
        <Time at={expires_at} />
      </td>
    </tr>
  );
}

/** The plural of the entity types that this service knows; other names stay as they are. */
export const entityText = (entity: string): string =>
  ['customer', 'product', 'order'].includes(entity) ? `${capitalized(entity)}s` : capitalized(entity);
