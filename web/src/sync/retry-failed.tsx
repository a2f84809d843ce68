import { retryFailedItems } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useMay, useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';

/** Starts a sync of only the failed items and opens it. */
export function RetryFailed({ syncId }: { readonly syncId: string }) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const showToast = useToast();
  const keyOf = useIdempotencyKey();
  const retry = useMutation({
    mutationFn: () =>
      unwrap(retryFailedItems({ client, path: { sync_id: syncId }, headers: { 'Idempotency-Key': keyOf(syncId) } })),
    onSuccess: ({ sync_id }) => {
      void queries.invalidateQueries({ queryKey: [orgId, 'timeline', syncId] });
      showToast('A sync of the failed items has started.');
      navigate(syncPath(sync_id));
    },
  });
  if (!useMay('run')) return null;
  return (
    <div className="stack-tight">
      <Button size="small" busy={retry.isPending} onClick={() => retry.mutate()}>
        <Icon name="retry" /> Retry failed
      </Button>
      {retry.isError && <ErrorNote error={retry.error} />}
    </div>
  );
}
