/** Every order of the steps of the sessions, as one letter a step: of { a: 2, b: 1 } 'aab', 'aba' and 'baa'. Sorted. */
export function* ordersOf(steps: Readonly<Record<string, number>>, before = ''): Generator<string> {
  const left = Object.entries(steps).filter(([, count]) => count > 0);
  if (left.length === 0) yield before;
  for (const [session, count] of left) yield* ordersOf({ ...steps, [session]: count - 1 }, before + session);
}

/** At most so many of them, evenly spread over all, the first among them. */
export function spread<T>(all: readonly T[], most: number): T[] {
  const every = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, place) => all[Math.floor(place * every)] as T);
}
