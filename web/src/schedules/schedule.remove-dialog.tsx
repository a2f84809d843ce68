import { removeSchedule, type Schedule } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { schedulesKey } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/note.tsx';

interface Props {
  readonly schedule: Schedule;
  /** What it syncs, how much and when, so that it is told from others. */
  readonly name: string;
  readonly onClose: () => void;
}

export function ScheduleRemoveDialog({ schedule, name, onClose }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => unwrap(removeSchedule({ client, path: { schedule_id: schedule.id } })),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries({ queryKey: schedulesKey(orgId) });
    },
  });
  return (
    <Dialog title={`Remove the schedule of ${name}?`} onClose={onClose}>
      <p>It starts no more syncs. A running one continues. To keep the schedule for later, pause it instead.</p>
      {remove.error && <ErrorNote error={remove.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Keep it</Button>
        <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove schedule
        </Button>
      </div>
    </Dialog>
  );
}
