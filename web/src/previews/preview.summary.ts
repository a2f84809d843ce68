/** What a preview counts, in the order it is shown. `word` goes with one and with many. */
const KINDS = [
  { name: 'creates', label: 'Creates', word: 'to create' },
  { name: 'updates', label: 'Updates', word: 'to update' },
  { name: 'deletes', label: 'Deletes', word: 'to delete' },
  { name: 'conflicts', label: 'Conflicts', word: 'in conflict' },
  { name: 'failed', label: 'Failed', word: 'failed' },
  { name: 'unchanged', label: 'Unchanged', word: 'unchanged' },
] as const;
export type KindName = (typeof KINDS)[number]['name'];

export interface Count {
  readonly name: KindName;
  readonly label: string;
  readonly word: string;
  readonly value: number;
}

type Members = Readonly<Record<string, unknown>>;

/** The numbers of a summary. One stored by hand may hold anything: what is no number is left out. */
export const countsOf = (summary: Members | null): readonly Count[] =>
  KINDS.flatMap((kind) => {
    const value = summary?.[kind.name];
    return typeof value === 'number' && value >= 0 ? [{ ...kind, value }] : [];
  });

/** Why its deletes would be refused; null when they would not. */
export const guardOf = (summary: Members | null): string | null =>
  typeof summary?.guard === 'string' ? summary.guard : null;

/** How many changes applying it would make. */
export const changesOf = (summary: Members | null): number =>
  countsOf(summary).reduce((sum, { name, value }) => (WRITTEN.has(name) ? sum + value : sum), 0);

const WRITTEN: ReadonlySet<KindName> = new Set(['creates', 'updates', 'deletes']);

/** The two ends that stand in the sync_type of a computed preview; undefined: stored by hand. */
export function endsOf(syncType: string): { readonly source: string; readonly destination: string } | undefined {
  const [, source, destination] = /^connection:([0-9a-f-]{36}):([0-9a-f-]{36}|records)$/.exec(syncType) ?? [];
  return source && destination ? { source, destination } : undefined;
}

/** `12 to create, 3 unchanged`, for who cannot see the bar. */
export const countsText = (counts: readonly Count[], number: (value: number) => string): string =>
  counts
    .filter(({ value }) => value > 0)
    .map(({ value, word }) => `${number(value)} ${word}`)
    .join(', ') || 'nothing';
