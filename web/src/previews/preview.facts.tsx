import type { Preview } from '@sync-operations/client';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { Time } from '../ui/time.tsx';
import type { ComputedDelta } from './preview.delta.ts';
import { useComputedBy } from './preview.queries.ts';
import { countsOf } from './preview.summary.ts';

interface Props {
  readonly preview: Preview;
  readonly delta: ComputedDelta | undefined;
}

const SCOPE: Readonly<Record<ComputedDelta['mode'], string>> = {
  full: 'all items',
  incremental: 'items changed since the last sync',
  census: 'all ids',
};

/** When and by whom the preview was computed, what it covers, and how long it is kept. */
export function PreviewFacts({ preview, delta }: Props) {
  const { computed_at, computed_by, expires_at, summary } = preview;
  const run = useComputedBy(delta?.sync_id).data;
  const by = run ? run.requested_by : delta ? null : computed_by;
  const failed = countsOf(summary).find(({ name }) => name === 'failed')?.value ?? 0;
  return (
    <p className="muted small prev-facts">
      <span>
        Computed <Time at={computed_at} />
        {by && ` by ${by}`}
      </span>
      {delta && <span>{SCOPE[delta.mode]}</span>}
      <span>
        kept until <Time at={expires_at} absolute />
      </span>
      {delta && (
        <Link href={syncPath(delta.sync_id)}>
          {failed > 0 ? 'The sync that computed it, with its failed items' : 'The sync that computed it'}
        </Link>
      )}
    </p>
  );
}
