/** The counts of a run in the order they are shown. */
const OUTCOMES = [
  ['created', 'Created', 'To create'],
  ['updated', 'Updated', 'To update'],
  ['deleted', 'Deleted', 'To delete'],
  ['unchanged', 'Unchanged', 'Unchanged'],
  ['conflict', 'Conflicts', 'Conflicts'],
  ['skipped', 'Skipped', 'Skipped'],
  ['failed', 'Failed', 'Failed'],
] as const;

export interface OutcomeCount {
  readonly name: string;
  readonly label: string;
  readonly value: number;
  /** Of all, 0 to 1. */
  readonly share: number;
}

/** What a run did, as numbers; a preview says what it would do. Kinds that seldom occur stand there only when they do. */
export function outcomeCounts(counts: Readonly<Record<string, number>>, isPreview: boolean): readonly OutcomeCount[] {
  const all = OUTCOMES.reduce((sum, [name]) => sum + (counts[name] ?? 0), 0);
  return OUTCOMES.map(([name, label, planned]) => {
    const value = counts[name] ?? 0;
    return { name, label: isPreview ? planned : label, value, share: all === 0 ? 0 : value / all };
  }).filter(({ name, value }) => name !== 'skipped' || value > 0);
}
