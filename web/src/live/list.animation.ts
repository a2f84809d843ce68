import { type RefObject, useLayoutEffect, useRef } from 'react';
import { LEAVE_MS } from './use-leaving.ts';

const GLIDE_MS = 250;

/** Where a card stands in its list, whatever is scrolled or animated. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** Cards that leave fade; those that thereby get another place glide there. Not for who asked for less motion. */
export function useGliding(list: RefObject<HTMLElement | null>, leaving: ReadonlySet<string>): void {
  const last = useRef({ width: 0, places: new Map<string, Place>() });
  const fading = useRef(new Map<string, Animation>());
  useLayoutEffect(() => {
    if (!list.current) return;
    const width = list.current.clientWidth;
    // In a window of another width all stand elsewhere, which is no news.
    const before = width === last.current.width ? last.current.places : new Map<string, Place>();
    const places = new Map<string, Place>();
    const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const card of list.current.querySelectorAll<HTMLElement>('[data-sync-id]')) {
      const id = card.dataset.syncId ?? '';
      const place = { x: card.offsetLeft, y: card.offsetTop };
      places.set(id, place);
      if (isCalm) continue;
      if (leaving.has(id) && !fading.current.has(id)) fading.current.set(id, fade(card));
      const old = before.get(id);
      if (old) glide(card, old.x - place.x, old.y - place.y);
    }
    for (const [id, animation] of fading.current) {
      if (leaving.has(id)) continue;
      // It has come back, or is gone for good.
      animation.cancel();
      fading.current.delete(id);
    }
    last.current = { width, places };
  });
}

const fade = (card: Element): Animation =>
  card.animate({ opacity: [1, 0] }, { duration: LEAVE_MS, easing: 'ease-out', fill: 'forwards' });

function glide(card: Element, x: number, y: number): void {
  if (x === 0 && y === 0) return;
  card.animate({ translate: [`${x}px ${y}px`, '0 0'] }, { duration: GLIDE_MS, easing: 'ease-out' });
}
