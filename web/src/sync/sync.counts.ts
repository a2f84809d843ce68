import type { FieldChange, ItemPage } from '@sync-operations/client';

/** The counts of a run in display order. */
const OUTCOMES = [
  ['created', 'Created', 'To create'],
  ['updated', 'Updated', 'To update'],
  ['deleted', 'Deleted', 'To delete'],
  ['unchanged', 'Unchanged', 'Unchanged'],
  ['present', 'Present', 'Present'],
  ['conflict', 'Conflicts', 'Conflicts'],
  ['skipped', 'Skipped', 'Skipped'],
  ['failed', 'Failed', 'Failed'],
] as const;

export interface OutcomeCount {
  readonly name: string;
  readonly label: string;
  readonly value: number;
  /** Share of all items, 0 to 1. */
  readonly share: number;
}

/** The counts of a run; labels of a preview say what would be done. “Present” and “Skipped” are left out when they are 0. */
export function outcomeCounts(counts: Readonly<Record<string, number>>, isPreview: boolean): readonly OutcomeCount[] {
  const all = OUTCOMES.reduce((sum, [name]) => sum + (counts[name] ?? 0), 0);
  return OUTCOMES.map(([name, label, planned]) => {
    const value = counts[name] ?? 0;
    return { name, label: isPreview ? planned : label, value, share: all === 0 ? 0 : value / all };
  }).filter(({ name, value }) => !(name === 'skipped' || name === 'present') || value > 0);
}

export interface ItemClass {
  readonly error_class: string;
  readonly outcome: string;
  readonly many: number;
}

/** The error classes in a page of items, most frequent first. */
export function itemClasses({ items }: Pick<ItemPage, 'items'>): readonly ItemClass[] {
  const classes = new Map<string, ItemClass>();
  for (const { error_class, outcome } of items) {
    const key = `${outcome} ${error_class}`;
    classes.set(key, { error_class, outcome, many: (classes.get(key)?.many ?? 0) + 1 });
  }
  return [...classes.values()].sort((a, b) => b.many - a.many || a.error_class.localeCompare(b.error_class));
}

/** The conflicting fields in the payload of an item; undefined when the payload is something else. */
export function fieldChangesOf(payload: unknown): readonly FieldChange[] | undefined {
  const fields = (payload as { fields?: unknown } | null)?.fields;
  if (!Array.isArray(fields) || fields.length === 0) return undefined;
  return fields.every((one) => typeof one?.field === 'string' && 'old' in one && 'new' in one)
    ? (fields as FieldChange[])
    : undefined;
}
