import { Link } from 'wouter';
import type { PreviewSummary } from '../../../clients/typescript/src/index.ts';
import { previewPath } from '../app/location.ts';
import { capitalized, count } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import { countsOf, countsText, endsOf, guardOf } from './preview.summary.ts';
import { PreviewEnds } from './source.destination.tsx';
import { SummaryBar } from './summary.bar.tsx';
import '../ui/badge.css';

export function PreviewRow({ preview }: { readonly preview: PreviewSummary }) {
  const { sync_type, entity_type, cache_key, summary, computed_at, expires_at } = preview;
  const counts = countsOf(summary);
  const isComputed = endsOf(sync_type) !== undefined;
  return (
    <tr>
      <td data-label="Preview">
        <div className="prev-what">
          <Link href={previewPath(cache_key)} className="prev-name">
            {entityText(entity_type)}: <PreviewEnds syncType={sync_type} />
          </Link>
          {!isComputed && <span className="muted small">stored by another service</span>}
          {guardOf(summary) && <span className="badge badge-warn">above the delete guard</span>}
        </div>
      </td>
      <td data-label="Would change">
        <div className="prev-would">
          {counts.length > 0 ? (
            <>
              <SummaryBar counts={counts} />
              {/* The bar says it to screen readers. */}
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

/** The ones that the service knows have a plural; others are named as their author did. */
export const entityText = (entity: string): string =>
  ['customer', 'product', 'order'].includes(entity) ? `${capitalized(entity)}s` : capitalized(entity);
