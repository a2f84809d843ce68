import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

interface Props {
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

/** Asks before a sync is stopped for good. */
export function CancelDialog({ onClose, onCancel }: Props) {
  return (
    <Dialog title="Cancel this sync?" onClose={onClose}>
      <p>
        It stops at the next possible moment and cannot be resumed. What it has written until then stays. A new sync
        finds by itself what is left to do.
      </p>
      <div className="dialog-actions">
        <Button onClick={onClose}>Let it run</Button>
        <Button variant="danger" onClick={onCancel}>
          Cancel the sync
        </Button>
      </div>
    </Dialog>
  );
}
