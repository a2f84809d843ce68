import type { ReactNode } from 'react';
import './chip.css';

interface Props {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** One of a few choices that stand side by side, as a filter. */
export function Chip({ pressed, onPress, children }: Props) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}
