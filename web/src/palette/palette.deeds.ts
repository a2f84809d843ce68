import { changeSchedule, checkConnection, type Schedule, startReconcile, startRun } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { connectionPath, syncPath } from '../app/location.ts';
import { usePause } from '../connections/connection.pause.tsx';
import { BULK } from '../syncs/bulk.acts.ts';
import { requestOne } from '../syncs/bulk.requests.ts';
import { useToast } from '../ui/toast.tsx';
import type { Deed } from './palette.commands.ts';

/** Does what a command says; `onDone`: the palette is not needed any more. What is refused stays as `error`. */
export function useDeed(onDone: () => void) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const pause = usePause();
  const showToast = useToast();
  const goTo = (path: string) => {
    onDone();
    navigate(path);
  };
  const startOf = (schedule: Schedule): Promise<{ readonly sync_id: string }> => {
    const { connection_id, entity_type, mode, kind } = schedule;
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const destination =
      schedule.destination === 'records' ? ('records' as const) : { connection_id: schedule.destination };
    return kind === 'reconcile'
      ? unwrap(startReconcile({ client, headers, path: { connection_id }, body: { entity_type, with: destination } }))
      : unwrap(
          startRun({
            client,
            headers,
            body: { source_connection_id: connection_id, destination, entity_type, mode },
          }),
        );
  };
  const deed = useMutation({
    mutationFn: async (wanted: Deed) => {
      if ('go' in wanted) return goTo(wanted.go);
      if ('check' in wanted) {
        const { ok } = await unwrap(checkConnection({ client, path: { connection_id: wanted.check } }));
        showToast(ok ? `${wanted.name} works.` : `The check of ${wanted.name} failed.`);
        return goTo(connectionPath(wanted.check));
      }
      if ('sync' in wanted) {
        const { sync_id } = await requestOne(client, wanted.act, wanted.sync.sync_id);
        showToast(`${BULK[wanted.act].verb} requested.`);
        return goTo(syncPath(sync_id));
      }
      if ('schedule' in wanted) {
        const { schedule, request, name } = wanted;
        if (request === 'run') return goTo(syncPath((await startOf(schedule)).sync_id));
        await unwrap(
          changeSchedule({ client, path: { schedule_id: schedule.id }, body: { enabled: request === 'resume' } }),
        );
        showToast(`The schedule is ${request}d: ${name}.`);
        return onDone();
      }
      const { paused } = await pause.mutateAsync(wanted);
      showToast(`${wanted.name} is ${paused ? 'paused' : 'resumed'}.`);
      onDone();
    },
    // Whatever was done may show anywhere.
    onSettled: () => queries.invalidateQueries({ queryKey: [orgId] }),
  });
  return { run: deed.mutate, isBusy: deed.isPending, error: deed.error };
}
