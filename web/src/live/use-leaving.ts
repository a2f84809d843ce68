import { useEffect, useState } from 'react';
import { type Shown, withLeaving } from './leaving.ts';

/** How long a card fades. */
export const LEAVE_MS = 400;

const NONE: ReadonlySet<string> = new Set();

/** Keeps what has left the list for as long as it takes to fade. `now` must be the same array while nothing changed. */
export function useLeaving<Item>(now: readonly Item[], idOf: (item: Item) => string): Shown<Item> {
  const [state, setState] = useState<{ now: readonly Item[]; shown: Shown<Item> }>({
    now,
    shown: { items: now, leaving: NONE },
  });
  const shown = state.now === now ? state.shown : withLeaving(state.shown, now, idOf);
  if (state.now !== now) setState({ now, shown });
  const left = [...shown.leaving].join('\n');
  useEffect(() => {
    if (left === '') return;
    const settle = () => setState((last) => ({ ...last, shown: { items: last.now, leaving: NONE } }));
    const timer = setTimeout(settle, LEAVE_MS);
    return () => clearTimeout(timer);
  }, [left]);
  return shown;
}
