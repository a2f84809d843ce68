import { type Connection, removeConnection } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { count } from '../ui/format.ts';
import { useToast } from '../ui/toast.tsx';
import { useSchedules } from './connection.queries.ts';

/** Says what goes and what stays before anything does. */
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
  const say = useToast();
  const schedules = useSchedules(connection.id).data?.filter(({ enabled }) => enabled).length;
  const remove = useMutation({
    mutationFn: () => unwrap(removeConnection({ client, path: { connection_id: connection.id } })),
    onSuccess: () => {
      onClose();
      navigate('/connections', { replace: true });
      say(`“${connection.name}” was removed.`);
      // Its own page must not ask for it again.
      queries.removeQueries({ queryKey: [orgId, 'connections', connection.id] });
      void queries.invalidateQueries({ queryKey: [orgId, 'connections', 'all'] });
    },
  });
  return (
    <Dialog title={`Remove “${connection.name}”?`} onClose={onClose}>
      <ul className="conn-goes">
        <li>Its credentials are wiped at once and cannot be brought back.</li>
        <li>Its syncs that wait or run, from it or to it, are cancelled.</li>
        <li>
          {schedules
            ? `Its ${schedules === 1 ? 'schedule stops' : `${count(schedules)} schedules stop`}`
            : 'No schedule of its own is on'}
          ; schedules of other connections that lead to it stop, too.
        </li>
        <li>What its system sends by webhook is refused.</li>
        <li>The records read from it, the trail, and whatever is in the system itself stay.</li>
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
