import type { HistoryEntry } from '@sync-operations/client';
import { useMay } from '../api/organization.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useRetryItem, useUndoItem } from './item.queries.ts';

const NOT_WRITTEN: ReadonlySet<HistoryEntry['event']> = new Set(['failed', 'conflict', 'skipped']);

interface Props {
  readonly entry: HistoryEntry;
  /** Only what was not written last is worth another try. */
  readonly isLast: boolean;
}

/** What can be done about an entry: try the item again, or take back what the sync did with it. */
export function EntryActions({ entry, isLast }: Props) {
  const mayWrite = useMay('run');
  const retry = useRetryItem();
  const undo = useUndoItem();
  const { event, sync_id, external_id } = entry;
  const canRetry = NOT_WRITTEN.has(event) && isLast && !entry.undoes_sync_id;
  const canUndo = !NOT_WRITTEN.has(event) && event !== 'warned';
  if (!mayWrite || !(canRetry || canUndo)) return null;
  const action = canRetry ? retry : undo;
  return (
    <div className="stack-tight">
      <div>
        <Button size="small" busy={action.isPending} onClick={() => action.mutate({ sync_id, external_id })}>
          <Icon name="retry" /> {canRetry ? 'Try again' : 'Take back …'}
        </Button>
      </div>
      {action.isError && <ErrorNote error={action.error} />}
    </div>
  );
}
