import type { Preview } from '@sync-operations/client';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import type { ComputedDelta } from './preview.delta.ts';
import { useAppliedBy } from './preview.queries.ts';
import { approvalOf, changesOf, guardOf } from './preview.summary.ts';

interface Props {
  readonly preview: Preview;
  readonly delta: ComputedDelta | undefined;
}

/** What to know before applying the preview. */
export function PreviewNotes({ preview: { summary }, delta }: Props) {
  const applied = useAppliedBy(delta?.source_connection_id, delta?.sync_id).data;
  const [guard, approval] = [guardOf(summary), approvalOf(summary)];
  if (!delta)
    return (
      <Note title="Another service stored this preview">
        <p>It shows what that service found. Only previews that this service computed can be applied here.</p>
      </Note>
    );
  return (
    <>
      {applied && (
        <Note kind="good" title="This preview was applied">
          <p>
            <Time at={applied.created_at} />
            {applied.requested_by && ` by ${applied.requested_by}`}:{' '}
            <Link href={syncPath(applied.sync_id)}>see the result</Link>.
          </p>
        </Note>
      )}
      {delta.note && (
        <Note title="This preview takes back what a sync changed">
          <p>{delta.note}</p>
        </Note>
      )}
      {guard && !applied && (
        <Note kind="warning" title={guard}>
          <p>To apply it, give a reason. The reason is stored in the audit trail.</p>
        </Note>
      )}
      {approval && !applied && (
        <Note kind="warning" title={approval}>
          <p>Applied, it waits until a second person approves it.</p>
        </Note>
      )}
      {changesOf(summary) === 0 && (
        <Note kind="good" title="Nothing would be changed">
          <p>Source and destination already agree in every field that a sync writes.</p>
        </Note>
      )}
    </>
  );
}
