import { type Connection, removeConnection } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { useAllSchedules } from './connection.queries.ts';

/** Says what is removed and what stays, before anything is removed. */
export function RemoveDialog({
  connection,
  onClose,
}: {
  readonly connection: Connection;
  readonly onClose: () => void;
}) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const showToast = useToast();
  const schedules = useAllSchedules().data?.filter((one) => one.enabled && one.connection_id === connection.id).length;
  const remove = useMutation({
    mutationFn: () => unwrap(removeConnection({ client, path: { connection_id: connection.id } })),
    onSuccess: () => {
      onClose();
      navigate('/connections', { replace: true });
      showToast(`“${connection.name}” was removed.`);
      // Its own page must not request it again.
      queries.removeQueries({ queryKey: [orgId, 'connections', connection.id] });
      void queries.invalidateQueries({ queryKey: [orgId, 'connections', 'all'] });
    },
  });
  return (
    <Dialog title={`Remove “${connection.name}”?`} onClose={onClose}>
      <ul className="conn-goes">
        <li>Its credentials are deleted immediately and cannot be restored.</li>
        <li>Waiting and running syncs from it or to it are cancelled.</li>
        <li>
          {schedules
            ? `Its ${schedules === 1 ? 'schedule stops' : `${count(schedules)} schedules stop`}`
            : 'It has no active schedules'}
          . Schedules of other connections with this destination stop, too.
        </li>
        <li>Webhooks from its system are rejected.</li>
        <li>The records read from it, the audit trail, and the data in the system itself stay.</li>
      </ul>
      {remove.error && <ErrorNote error={remove.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Keep it</Button>
        <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove connection
        </Button>
      </div>
    </Dialog>
  );
}
