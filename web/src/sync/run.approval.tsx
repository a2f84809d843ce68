import { approveRun, type Run, refuseRun } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldErrors } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useMay, useOrganization, useWhoami } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { dateTime } from '../ui/format.ts';
import { ErrorNote, Note } from '../ui/note.tsx';

/** A run that waits for a second person: why, until when, and the decision, for who may make it. */
export function RunApproval({ run }: { readonly run: Run }) {
  const [isRefusing, setRefusing] = useState(false);
  const isSelf = useWhoami().data?.user_id === run.requested_by;
  const mayApprove = useMay('approve') && !isSelf;
  const approve = useDecision(run, (client, sync_id, key) =>
    unwrap(approveRun({ client, path: { sync_id }, headers: { 'Idempotency-Key': key('approve') } })),
  );
  if (run.approval !== 'wanted' || run.progress.completed_at !== null) return null;
  return (
    <Note kind="warning" title="Waits for a second person" live>
      <p>
        {run.progress.waiting_reason} {run.requested_by ?? 'Somebody'} requested it.
        {run.approval_until !== null && ` Without a decision it is cancelled at ${dateTime(run.approval_until)}.`}
      </p>
      {!mayApprove && (
        <p className="muted">
          {isSelf ? 'Somebody else must decide: you requested it.' : 'You have no right to approve it.'}
        </p>
      )}
      {approve.isError && <ErrorNote error={approve.error} />}
      {mayApprove && (
        <div className="row">
          <Button size="small" variant="primary" busy={approve.isPending} onClick={() => approve.mutate(undefined)}>
            Approve
          </Button>
          <Button size="small" onClick={() => setRefusing(true)}>
            Refuse …
          </Button>
        </div>
      )}
      {isRefusing && <RefuseDialog run={run} onClose={() => setRefusing(false)} />}
    </Note>
  );
}

function RefuseDialog({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const refuse = useDecision(run, (client, sync_id, key, body: { reason: string }) =>
    unwrap(refuseRun({ client, path: { sync_id }, body, headers: { 'Idempotency-Key': key(body) } })),
  );
  const given = reason.trim();
  return (
    <Dialog title={`Refuse “${run.sync_id}”?`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(given === '');
          if (given !== '' && !refuse.isPending) refuse.mutate({ reason: given }, { onSuccess: onClose });
        }}
      >
        <p>It ends as cancelled, and nothing is written.</p>
        <Field
          label="Reason"
          hint="It is stored in the audit trail with your name."
          error={isMissing && given === '' ? 'Is required.' : fieldErrors(refuse.error).reason}
        >
          <textarea maxLength={1_000} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        {refuse.isError && <ErrorNote error={refuse.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant="danger" busy={refuse.isPending}>
            Refuse
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type Client = ReturnType<typeof useOrganization>['client'];

function useDecision<Body = undefined>(
  { sync_id }: Run,
  send: (client: Client, syncId: string, key: (body: unknown) => string, body: Body) => Promise<unknown>,
) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const key = useIdempotencyKey();
  return useMutation({
    mutationFn: (body: Body) => send(client, sync_id, key, body),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId] }),
  });
}
