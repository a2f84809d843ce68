import { type Connection, pauseConnection, resumeConnection } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';

export interface PauseRequest {
  readonly connectionId: string;
  readonly request: 'pause' | 'resume';
}

/** Pauses or resumes all of a connection. */
export function usePause() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ connectionId, request }: PauseRequest) =>
      unwrap(
        (request === 'pause' ? pauseConnection : resumeConnection)({ client, path: { connection_id: connectionId } }),
      ),
    onSettled: () =>
      Promise.all(['connections', 'overview'].map((key) => queries.invalidateQueries({ queryKey: [orgId, key] }))),
  });
}

/** Of a connection: whether everything from and to it is paused, and the button for it. */
export function PauseButton({ connection: { id, paused_at } }: { readonly connection: Connection }) {
  const pause = usePause();
  const request = paused_at ? 'resume' : 'pause';
  return (
    <>
      <Button busy={pause.isPending} onClick={() => pause.mutate({ connectionId: id, request })}>
        <Icon name={paused_at ? 'play' : 'pause'} /> {paused_at ? 'Resume everything' : 'Pause everything'}
      </Button>
      {pause.isError && <ErrorNote error={pause.error} />}
    </>
  );
}

/** Said at the top of the page, since nothing of the connection runs then. */
export function PausedNote({ connection: { paused_at, paused_by } }: { readonly connection: Connection }) {
  if (!paused_at) return null;
  return (
    <Note kind="warning" title="Everything of this connection is paused">
      <p>
        Since <Time at={paused_at} />
        {paused_by && `, by ${paused_by}`}. What schedules, webhooks and people start waits until it is resumed.
      </p>
    </Note>
  );
}
