/** The counts of a preview in display order. `phrase` follows a number. */
const KINDS = [
  { name: 'creates', label: 'Creates', phrase: 'to create' },
  { name: 'updates', label: 'Updates', phrase: 'to update' },
  { name: 'deletes', label: 'Deletes', phrase: 'to delete' },
  { name: 'conflicts', label: 'Conflicts', phrase: 'in conflict' },
  { name: 'failed', label: 'Failed', phrase: 'failed' },
  { name: 'unchanged', label: 'Unchanged', phrase: 'unchanged' },
] as const;
export type KindName = (typeof KINDS)[number]['name'];

export interface Count {
  readonly name: KindName;
  readonly label: string;
  readonly phrase: string;
  readonly value: number;
}

type Members = Readonly<Record<string, unknown>>;

/** The counts of a summary. Another service may store anything: values that are not numbers are left out. */
export const countsOf = (summary: Members | null): readonly Count[] =>
  KINDS.flatMap((kind) => {
    const value = summary?.[kind.name];
    return typeof value === 'number' && value >= 0 ? [{ ...kind, value }] : [];
  });

/** Why the delete guard would refuse the preview; null: it would not. */
export const guardOf = (summary: Members | null): string | null =>
  typeof summary?.guard === 'string' ? summary.guard : null;

/** Why applying the preview waits for a second person; null: it does not. */
export const approvalOf = (summary: Members | null): string | null =>
  typeof summary?.approval === 'string' ? summary.approval : null;

/** How many changes the preview would write. */
export const changesOf = (summary: Members | null): number =>
  countsOf(summary).reduce((sum, { name, value }) => (WRITTEN.has(name) ? sum + value : sum), 0);

const WRITTEN: ReadonlySet<KindName> = new Set(['creates', 'updates', 'deletes']);

/** Source and destination from the sync_type of a computed preview; undefined: another service stored it. */
export function parseSyncType(syncType: string): { readonly source: string; readonly destination: string } | undefined {
  const [, source, destination] =
    /^(?:connection|reconcile|undo:[^:]+):([0-9a-f-]{36}):([0-9a-f-]{36}|records)$/.exec(syncType) ?? [];
  return source && destination ? { source, destination } : undefined;
}

/** `12 to create, 3 unchanged`. */
export const countsText = (counts: readonly Count[], number: (value: number) => string): string =>
  counts
    .filter(({ value }) => value > 0)
    .map(({ value, phrase }) => `${number(value)} ${phrase}`)
    .join(', ') || 'nothing';
