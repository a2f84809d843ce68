import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

const MOVE_MS = 250;

/** The position of a card in its list, independent of scrolling and running animations. */
interface Position {
  readonly x: number;
  readonly y: number;
}

/** Fades out the exiting cards and moves the others to their new positions (FLIP). Respects prefers-reduced-motion. */
export function useMoveAnimation(list: RefObject<HTMLElement | null>, exiting: ReadonlySet<string>): void {
  const last = useRef({ width: 0, positions: new Map<string, Position>() });
  const fading = useRef(new Map<string, Animation>());
  useLayoutEffect(() => {
    if (!list.current) return;
    const width = list.current.clientWidth;
    // After a change of the window width every card is somewhere else; that is not animated.
    const before = width === last.current.width ? last.current.positions : new Map<string, Position>();
    const positions = new Map<string, Position>();
    const isReduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const card of list.current.querySelectorAll<HTMLElement>('[data-sync-id]')) {
      const id = card.dataset.syncId ?? '';
      const position = { x: card.offsetLeft, y: card.offsetTop };
      positions.set(id, position);
      if (isReduced) continue;
      if (exiting.has(id) && !fading.current.has(id)) fading.current.set(id, fade(card));
      const old = before.get(id);
      if (old) move(card, old.x - position.x, old.y - position.y);
    }
    for (const [id, animation] of fading.current) {
      if (exiting.has(id)) continue;
      // The card has come back, or is no longer in the list.
      animation.cancel();
      fading.current.delete(id);
    }
    last.current = { width, positions };
  });
}

const fade = (card: Element): Animation =>
  card.animate({ opacity: [1, 0] }, { duration: EXIT_MS, easing: 'ease-out', fill: 'forwards' });

function move(card: Element, x: number, y: number): void {
  if (x === 0 && y === 0) return;
  card.animate({ translate: [`${x}px ${y}px`, '0 0'] }, { duration: MOVE_MS, easing: 'ease-out' });
}

/** How long a card fades out. */
const EXIT_MS = 400;

const NONE: ReadonlySet<string> = new Set();

/** Keeps removed items in the list while they fade out. `now` must be the same array while nothing changes. */
export function useExiting<Item>(now: readonly Item[], idOf: (item: Item) => string): Shown<Item> {
  const [state, setState] = useState<{ now: readonly Item[]; shown: Shown<Item> }>({
    now,
    shown: { items: now, exiting: NONE },
  });
  const shown = state.now === now ? state.shown : withExiting(state.shown, now, idOf);
  if (state.now !== now) setState({ now, shown });
  const exitingIds = [...shown.exiting].join('\n');
  useEffect(() => {
    if (exitingIds === '') return;
    const settle = () => setState((last) => ({ ...last, shown: { items: last.now, exiting: NONE } }));
    const timer = setTimeout(settle, EXIT_MS);
    return () => clearTimeout(timer);
  }, [exitingIds]);
  return shown;
}

/** The items that are shown, and the ids of those that are fading out. */
export interface Shown<Item> {
  readonly items: readonly Item[];
  readonly exiting: ReadonlySet<string>;
}

/** The new list, with removed and already exiting items kept at their place. An item that came back is no longer exiting. */
export function withExiting<Item>(
  before: Shown<Item>,
  now: readonly Item[],
  idOf: (item: Item) => string,
): Shown<Item> {
  const present = new Set(now.map(idOf));
  const items = [...now];
  const exiting = new Set<string>();
  before.items.forEach((item, index) => {
    const id = idOf(item);
    if (present.has(id)) return;
    exiting.add(id);
    // After the item it followed before, wherever that is now.
    const previous = before.items[index - 1];
    const at = previous === undefined ? -1 : items.findIndex((one) => idOf(one) === idOf(previous));
    items.splice(at + 1, 0, item);
  });
  return { items, exiting };
}
