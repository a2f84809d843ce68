import type { Run } from '@sync-operations/client';
import { Card } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { type OutcomeCount, outcomeCounts } from './sync.counts.ts';
import './sync.outcome.css';

/** What a run changed: counts, and a bar of their shares. */
export function SyncOutcome({ run }: { readonly run: Run }) {
  const isPreview = run.kind === 'preview';
  const counts = outcomeCounts(run.counts, isPreview);
  const isNothing = run.progress.completed_at !== null && counts.every(({ value }) => value === 0);
  return (
    <Card
      title={
        isPreview
          ? 'What a sync would change'
          : run.progress.completed_at
            ? 'What it changed'
            : 'What it has changed so far'
      }
    >
      {isNothing ? <p className="muted">Nothing.</p> : <Counts counts={counts} />}
    </Card>
  );
}

function Counts({ counts }: { readonly counts: readonly OutcomeCount[] }) {
  return (
    <>
      <div className="outcome-bar" aria-hidden="true">
        {counts.map(
          ({ name, share }) =>
            share > 0 && <span key={name} className={`outcome-${name}`} style={{ flexGrow: share }} />,
        )}
      </div>
      <dl className="outcome-counts">
        {counts.map(({ name, label, value }) => (
          <div key={name} className={value === 0 ? 'outcome-none' : undefined}>
            <dt>
              <span className={`outcome-dot outcome-${name}`} aria-hidden="true" />
              {label}
            </dt>
            <dd>{count(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
