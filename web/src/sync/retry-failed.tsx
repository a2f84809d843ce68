import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { retryFailedItems } from '../../../clients/typescript/src/index.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useMay, useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { syncPath } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Icon } from '../ui/icon.tsx';
import { useToast } from '../ui/toast.tsx';

/** Starts a sync of just these items and leads to it. */
export function RetryFailed({ syncId }: { readonly syncId: string }) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const say = useToast();
  const keyOf = useIdempotencyKey();
  const retry = useMutation({
    mutationFn: () =>
      unwrap(retryFailedItems({ client, path: { sync_id: syncId }, headers: { 'Idempotency-Key': keyOf(syncId) } })),
    onSuccess: ({ sync_id }) => {
      void queries.invalidateQueries({ queryKey: [orgId, 'timeline', syncId] });
      say('A sync of just these items has started.');
      navigate(syncPath(sync_id));
    },
  });
  if (!useMay('sync:write')) return null;
  return (
    <div className="stack-tight">
      <Button size="small" busy={retry.isPending} onClick={() => retry.mutate()}>
        <Icon name="retry" /> Retry failed
      </Button>
      {retry.isError && <ErrorNote error={retry.error} />}
    </div>
  );
}
