import type { Run } from '@sync-operations/client';
import { Link } from 'wouter';
import { previewPath } from '../app/location.ts';
import { usePreviewOf } from '../previews/preview.queries.ts';
import { Card } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import '../sync/sync.outcome.css';

const COUNTS = [
  ['equal', 'Equal', 'unchanged'],
  ['different', 'Different', 'updated'],
  ['missing_at_source', 'Only at the destination', 'deleted'],
  ['missing_at_destination', 'Only at the source', 'created'],
  ['not_compared', 'Not compared', 'conflict'],
] as const;

/** What a reconcile found: whether both ends are equal, how many items are not, and which fields were left out. */
export function ReconcileResult({ run }: { readonly run: Run }) {
  const { reconcile: result } = run;
  const preview = usePreviewOf(run);
  if (!result)
    return (
      <Card title="Comparison of both ends">
        <p className="muted">{run.progress.completed_at ? 'It ended before its end.' : 'Both ends are being read.'}</p>
      </Card>
    );
  const unequal = result.different + result.missing_at_source + result.missing_at_destination;
  const all = `${count(result.equal)} ${result.is_sample ? 'sampled ' : ''}${result.equal === 1 ? 'item' : 'items'}`;
  return (
    <Card title="Comparison of both ends">
      {unequal === 0 ? (
        <Note kind="info" title={`Both ends are equal: ${all}.`} />
      ) : (
        <Note kind="warning" title={`${count(unequal)} ${unequal === 1 ? 'item is' : 'items are'} not equal.`}>
          {preview && (
            <p>
              <Link href={previewPath(preview.cache_key)}>Make the destination as the source is</Link>, after a look at
              what that writes.
            </p>
          )}
        </Note>
      )}
      <dl className="outcome-counts">
        {COUNTS.map(([name, label, colour]) => (
          <div key={name} className={result[name] === 0 ? 'outcome-none' : undefined}>
            <dt>
              <span className={`outcome-dot outcome-${colour}`} aria-hidden="true" />
              {label}
            </dt>
            <dd>{count(result[name])}</dd>
          </div>
        ))}
      </dl>
      {result.fields_not_compared.length > 0 && (
        <p className="muted small break">
          Not carried over, and so not compared: {result.fields_not_compared.join(', ')}.
        </p>
      )}
    </Card>
  );
}
