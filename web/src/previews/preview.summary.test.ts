import { describe, expect, it } from 'vitest';
import { computedDelta, listsOf } from './preview.delta.ts';
import { approvalOf, changesOf, countsOf, countsText, guardOf, parseSyncType } from './preview.summary.ts';

describe("A preview's summary", () => {
  const summary = { creates: 1_000, updates: 2, deletes: 0, unchanged: 5, conflicts: 0, failed: 0, guard: null };

  it('is numbers and a sentence', () => {
    expect(countsText(countsOf(summary), String)).toBe('1000 to create, 2 to update, 5 unchanged');
    expect(changesOf(summary)).toBe(1_002);
    expect(guardOf(summary)).toBeNull();
    expect(guardOf({ guard: '8 of 40' })).toBe('8 of 40');
    expect([approvalOf(summary), approvalOf({ approval: '8 of 40' })]).toEqual([null, '8 of 40']);
  });

  it('of another service may hold anything', () => {
    expect(countsOf(null)).toEqual([]);
    expect(countsOf({ creates: 'many', updates: -1, deletes: 3 })).toMatchObject([{ name: 'deletes', value: 3 }]);
    expect(countsText([], String)).toBe('nothing');
  });

  it('names its ends when it was computed here', () => {
    const [a, b] = ['6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d', '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10'];
    expect(parseSyncType(`connection:${a}:${b}`)).toEqual({ source: a, destination: b });
    expect(parseSyncType(`connection:${a}:records`)).toEqual({ source: a, destination: 'records' });
    expect(parseSyncType(`undo:run-1:${a}:${b}`)).toEqual({ source: a, destination: b });
    expect(parseSyncType('pim-import')).toBeUndefined();
  });

  it('distinguishes what the service computed from what was stored by a client', () => {
    const delta = { sync_id: 'run-1', source_connection_id: 'a', destination: 'records', mode: 'full' };
    expect(computedDelta(delta)).toBe(delta);
    expect(computedDelta({ ...delta, mode: 'other' })).toBeUndefined();
    expect(computedDelta({ creates: [] })).toBeUndefined();
    expect(listsOf({ notes: [1], note: 'x', deletes: [], creates: [2] }).map(({ name }) => name)).toEqual([
      'creates',
      'deletes',
      'notes',
    ]);
  });
});
