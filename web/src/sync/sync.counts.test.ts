import type { Item } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { fieldChangesOf, itemClasses, itemOutcome, outcomeCounts } from './sync.counts.ts';

describe('The counts of a run', () => {
  it('are in one order with their share of all', () => {
    const counts = outcomeCounts({ unchanged: 3, created: 1 }, false);
    expect(counts.map(({ label }) => label)).toEqual([
      'Created',
      'Updated',
      'Deleted',
      'Unchanged',
      'Conflicts',
      'Failed',
    ]);
    expect(counts.map(({ share }) => share)).toEqual([0.25, 0, 0, 0.75, 0, 0]);
  });

  it('have no share of nothing, and say of a preview what it would do', () => {
    expect(outcomeCounts({}, true)[0]).toEqual({ name: 'created', label: 'To create', value: 0, share: 0 });
  });
});

describe('Items', () => {
  it('are counted by outcome and error class, most frequent first', () => {
    const items = [
      { outcome: 'failed', error_class: 'a' },
      { outcome: 'failed', error_class: 'b' },
      { outcome: 'skipped', error_class: 'b' },
      { outcome: 'failed', error_class: 'b' },
    ] as Item[];
    expect(itemClasses({ items }).map(({ outcome, error_class, many }) => [outcome, error_class, many])).toEqual([
      ['failed', 'b', 2],
      ['failed', 'a', 1],
      ['skipped', 'b', 1],
    ]);
  });

  it('are filtered by every outcome that they have', () => {
    const named = ['failed', 'skipped', 'warned', 'created', undefined].map(itemOutcome);
    expect(named).toEqual(['failed', 'skipped', 'warned', undefined, undefined]);
  });

  it('show fields only where the payload has them', () => {
    const fields = [{ field: 'phone', old: '1', new: null }];
    expect(fieldChangesOf({ fields })).toEqual(fields);
    for (const other of [null, 'text', { fields: [] }, { fields: [{ field: 'x' }] }, { email: 'a@' }])
      expect(fieldChangesOf(other)).toBeUndefined();
  });
});
