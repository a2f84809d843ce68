import type { Preview } from '@sync-operations/client';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { usePlanText } from './plan.text.ts';
import type { ComputedDelta } from './preview.delta.ts';

interface Props {
  readonly preview: Preview;
  readonly delta: ComputedDelta;
  readonly onPress: () => void;
}

/** Says what will happen; in the colour and with the mark of danger when entries go away. */
export function ApplyButton({ preview, delta, onPress }: Props) {
  const { sentence, leftAlone, removal } = usePlanText(preview, delta);
  return (
    <div className="prev-apply">
      <Button variant={removal ? 'danger' : 'primary'} onClick={onPress}>
        <Icon name={removal ? 'trash' : 'check'} /> {sentence} …
      </Button>
      {leftAlone && <p className="warn small">{leftAlone}</p>}
    </div>
  );
}
