import type { View } from './syncs.filters.ts';

/** More than these are no views any more but a list to search in. */
const MOST_VIEWS = 20;

const keyOf = (orgId: string): string => `sync-operations:views:${orgId}`;

/** The views that were saved in this browser. None when it keeps nothing. */
export function savedViews(orgId: string): readonly View[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(orgId)) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isView).slice(0, MOST_VIEWS) : [];
  } catch {
    return [];
  }
}

const isView = (one: unknown): one is View =>
  typeof one === 'object' &&
  one !== null &&
  typeof (one as View).name === 'string' &&
  typeof (one as View).search === 'string';

/** Replaces a view of the same name. Returns what is saved now. */
export function saveView(orgId: string, view: View): readonly View[] {
  const others = savedViews(orgId).filter(({ name }) => name !== view.name);
  return store(orgId, [...others, view].slice(-MOST_VIEWS));
}

export function forgetView(orgId: string, name: string): readonly View[] {
  return store(
    orgId,
    savedViews(orgId).filter((view) => view.name !== name),
  );
}

function store(orgId: string, views: readonly View[]): readonly View[] {
  try {
    localStorage.setItem(keyOf(orgId), JSON.stringify(views));
  } catch {
    // A browser that keeps nothing: the address still is the view.
  }
  return views;
}
