import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { CancelDialog } from './cancel.dialog.tsx';
import { isHeld, type Steerable, type Steering } from './control.ts';
import './control.css';

interface Props {
  readonly sync: Steerable;
  readonly onSteer: (steering: Steering) => void;
  /** What was asked for and is not answered yet. */
  readonly pending: Steering | undefined;
  /** On a card among others: small, and named after the sync for who hears only the buttons. */
  readonly among?: boolean;
}

/** Pause, resume and cancel of an active sync. They stay where they are once cancel was asked for, so that nothing moves. */
export function SteeringButtons({ sync, onSteer, pending, among = false }: Props) {
  const [asking, setAsking] = useState(false);
  const held = isHeld(sync);
  const of = among ? ` ${sync.entity_type} sync ${sync.sync_id}` : '';
  const toggle = held ? 'Resume' : 'Pause';
  const size = among ? 'small' : 'normal';
  return (
    <>
      <Button
        size={size}
        className="steer steer-toggle"
        aria-label={toggle + of}
        title={toggle}
        disabled={sync.cancel_requested}
        busy={pending === 'pause' || pending === 'resume'}
        onClick={() => onSteer(held ? 'resume' : 'pause')}
      >
        <Icon name={held ? 'play' : 'pause'} /> <span>{toggle}</span>
      </Button>
      <Button
        size={size}
        // Quiet on cards: many stand side by side, and the dialog asks anyway.
        variant={among ? 'default' : 'danger'}
        className="steer"
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
          onClose={() => setAsking(false)}
          onCancel={() => {
            setAsking(false);
            onSteer('cancel');
          }}
        />
      )}
    </>
  );
}
