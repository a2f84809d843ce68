/** What is shown, and which of it is on its way out. */
export interface Shown<Item> {
  readonly items: readonly Item[];
  readonly leaving: ReadonlySet<string>;
}

/** The new list with what has left it, or was leaving already, kept where it stood; what has come back is there again. */
export function withLeaving<Item>(
  before: Shown<Item>,
  now: readonly Item[],
  idOf: (item: Item) => string,
): Shown<Item> {
  const present = new Set(now.map(idOf));
  const items = [...now];
  const leaving = new Set<string>();
  before.items.forEach((item, index) => {
    const id = idOf(item);
    if (present.has(id)) return;
    leaving.add(id);
    // Behind the one it stood behind, wherever that is now.
    const previous = before.items[index - 1];
    const at = previous === undefined ? -1 : items.findIndex((one) => idOf(one) === idOf(previous));
    items.splice(at + 1, 0, item);
  });
  return { items, leaving };
}
