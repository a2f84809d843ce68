import { useState } from 'react';
import type { Progress } from '../../../clients/typescript/src/index.ts';
import { useMay } from '../api/organization.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Icon } from '../ui/icon.tsx';
import { useSteering } from './sync.steering.ts';

/** Pause, resume and cancel of an active sync, for those who may. */
export function SyncActions({ sync }: { readonly sync: Progress }) {
  const [asking, setAsking] = useState(false);
  const steering = useSteering(sync.sync_id);
  const may = useMay('sync:write');
  if (!may || sync.completed_at) return null;
  const isHeld = sync.status === 'paused' || sync.pause_requested;
  const under = steering.isPending ? steering.variables : undefined;
  return (
    <div className="stack-tight">
      <div className="row">
        {!sync.cancel_requested && (
          <Button
            busy={under === 'pause' || under === 'resume'}
            onClick={() => steering.mutate(isHeld ? 'resume' : 'pause')}
          >
            <Icon name={isHeld ? 'play' : 'pause'} /> {isHeld ? 'Resume' : 'Pause'}
          </Button>
        )}
        {!sync.cancel_requested && (
          <Button variant="danger" onClick={() => setAsking(true)}>
            <Icon name="stop" /> Cancel …
          </Button>
        )}
      </div>
      {steering.isError && <ErrorNote error={steering.error} />}
      {asking && (
        <Dialog title="Cancel this sync?" onClose={() => setAsking(false)}>
          <p>
            It stops at the next possible moment and cannot be resumed. What it has written until then stays. A new sync
            finds by itself what is left to do.
          </p>
          <div className="dialog-actions">
            <Button onClick={() => setAsking(false)}>Let it run</Button>
            <Button
              variant="danger"
              onClick={() => {
                setAsking(false);
                steering.mutate('cancel');
              }}
            >
              Cancel the sync
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
