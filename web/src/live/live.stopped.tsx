import { type LiveSyncProgress, stoppedWords } from '@sync-operations/react';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';

/** The service refuses to show these syncs: why, and what to try. */
export function LiveStopped({ progress }: { readonly progress: LiveSyncProgress }) {
  const { what, tryThis } = stoppedWords(progress);
  return (
    <Note kind="error" title={what} live>
      <p>{tryThis}</p>
      <div>
        <Button size="small" onClick={progress.retry}>
          Try again
        </Button>
      </div>
    </Note>
  );
}
