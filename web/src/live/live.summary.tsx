import type { StreamedSync } from '@sync-operations/react';
import { count } from '../ui/format.ts';
import { liveNumbers } from './live.numbers.ts';

/** All active syncs in three numbers. */
export function LiveSummary({ syncs }: { readonly syncs: readonly StreamedSync[] }) {
  const { active, perMinute, failed } = liveNumbers(syncs);
  return (
    <dl className="live-numbers">
      <div>
        <dt>Active syncs</dt>
        <dd>{count(active)}</dd>
      </div>
      <div>
        <dt>Items per minute</dt>
        <dd>{perMinute === null ? '–' : count(Math.round(perMinute))}</dd>
      </div>
      <div>
        <dt>Failed items</dt>
        <dd className={failed > 0 ? 'bad' : undefined}>{count(failed)}</dd>
      </div>
    </dl>
  );
}
