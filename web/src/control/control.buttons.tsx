import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { type Control, type ControllableSync, canResume } from './control.ts';
import '../ui/button.css';

interface Props {
  readonly sync: ControllableSync;
  readonly onControl: (control: Control) => void;
  /** The request that has no response yet. */
  readonly pending: Control | undefined;
  /** On a card among others: small, and with the sync in its name for screen readers. */
  readonly compact?: boolean;
  /** How people call the sync, where they confirm what happens to it; default: its entity type. */
  readonly name?: string;
}

/** Pause, resume and cancel of an active sync. After a request to cancel they stay, disabled, so that nothing moves. */
export function ControlButtons({
  sync,
  onControl,
  pending,
  compact = false,
  name = `${sync.entity_type} sync`,
}: Props) {
  const [asking, setAsking] = useState(false);
  const resumes = canResume(sync);
  const of = compact ? ` ${sync.entity_type} sync ${sync.sync_id}` : '';
  const toggle = resumes ? 'Resume' : 'Pause';
  const size = compact ? 'small' : 'normal';
  return (
    <>
      <Button
        size={size}
        className="control control-toggle"
        aria-label={toggle + of}
        title={toggle}
        disabled={sync.cancel_requested}
        busy={pending === 'pause' || pending === 'resume'}
        onClick={() => onControl(resumes ? 'resume' : 'pause')}
      >
        <Icon name={resumes ? 'play' : 'pause'} /> <span>{toggle}</span>
      </Button>
      <Button
        size={size}
        // Not red on cards: there are many of them, and the dialog asks for confirmation anyway.
        variant={compact ? 'default' : 'danger'}
        className="control"
        aria-label={`Cancel${of}`}
        title="Cancel"
        disabled={sync.cancel_requested}
        busy={pending === 'cancel'}
        onClick={() => setAsking(true)}
      >
        <Icon name="stop" /> <span>Cancel</span>
      </Button>
      {asking && (
        <CancelDialog
          name={name}
          syncId={sync.sync_id}
          onClose={() => setAsking(false)}
          onCancel={() => {
            setAsking(false);
            onControl('cancel');
          }}
        />
      )}
    </>
  );
}

interface CancelDialogProps {
  readonly name: string;
  readonly syncId: string;
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

/** Asks before a sync is stopped for good. */
function CancelDialog({ name, syncId, onClose, onCancel }: CancelDialogProps) {
  return (
    <Dialog title={`Cancel ${name} “${syncId}”?`} onClose={onClose}>
      <p>
        The sync stops as soon as it can and cannot be resumed. Everything it has written so far stays. A new sync
        continues with what is left.
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
