import type { StreamedSync } from '@sync-operations/react';
import { count } from '../ui/format.ts';
import { liveTotals } from './live.syncs.ts';

/** Three totals over all active syncs. `now`: the service's clock. */
export function LiveSummary({ syncs, now }: { readonly syncs: readonly StreamedSync[]; readonly now: number }) {
  const { active, perMinute, failed } = liveTotals(syncs, now);
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
