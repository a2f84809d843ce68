import type { ItemPage } from '@sync-operations/client';

export interface ItemClass {
  readonly error_class: string;
  readonly outcome: string;
  readonly many: number;
}

/** How often each error class occurs in a page of items, most frequent first. */
export function itemClasses({ items }: Pick<ItemPage, 'items'>): readonly ItemClass[] {
  const classes = new Map<string, ItemClass>();
  for (const { error_class, outcome } of items) {
    const key = `${outcome} ${error_class}`;
    classes.set(key, { error_class, outcome, many: (classes.get(key)?.many ?? 0) + 1 });
  }
  return [...classes.values()].sort((a, b) => b.many - a.many || a.error_class.localeCompare(b.error_class));
}
