import { describe, expect, it } from 'vitest';
import { type BudgetState, DeletionBudget, GuardTripped } from './deletion.guard.ts';

const budget = (state: Partial<BudgetState> = {}, limits: { percent?: number; count?: number | null } = {}) =>
  new DeletionBudget({ percent: 15, count: null, ...limits }, { onRefusal: 'stop', arrived: 20, done: 0, ...state });

describe('The budget of deletes', () => {
  it('ends where the share or the count is above the guard, and not at it', () => {
    expect(budget().exceeds(3)).toBe(false);
    expect(budget().exceeds(4)).toBe(true);
    expect(budget({}, { count: 2 }).exceeds(2)).toBe(false);
    expect(budget({}, { count: 2 }).exceeds(3)).toBe(true);
    expect(budget({ arrived: 0 }).exceeds(1)).toBe(true);
    expect(budget({ arrived: 0 }).exceeds(0)).toBe(false);
  });

  it('holds for all deletes of a run together, also those of its earlier workers', () => {
    const one = budget({ done: 1 });
    one.spend(2);
    expect(() => one.spend(1)).toThrow(GuardTripped);
    expect(() => one.spend(1)).toThrow(/4 of 20 \(20\.0 %\) would be deleted, which is above the guard of 15 %/);
  });

  it('counts what other runs deleted before, of what there was then', () => {
    // 20 were there; 17 are left.
    expect(budget({ arrived: 17, earlier: 3 }).exceeds(1)).toBe(true);
    expect(budget({ arrived: 18, earlier: 2 }).exceeds(1)).toBe(false);
    expect(budget({ arrived: 17, earlier: 3 }, { count: 4 }).refusals.guard).toBeNull();
    expect(() => budget({ arrived: 18, earlier: 2 }, { count: 2 }).expect(1)).toThrow(/above the guard of 2/);
  });

  it('always allows so many as are named one by one, together with those before', () => {
    expect(budget({ arrived: 2, alwaysAllowed: 1 }).exceeds(1)).toBe(false);
    expect(budget({ arrived: 2, alwaysAllowed: 1 }).exceeds(2)).toBe(true);
    expect(budget({ arrived: 1, earlier: 1, alwaysAllowed: 1 }).exceeds(1)).toBe(true);
    expect(budget({ arrived: 2, done: 1, alwaysAllowed: 1 }).exceeds(1)).toBe(true);
  });

  it('lets a preview go on, which remembers what the guard says', () => {
    const preview = budget({ onRefusal: 'note' });
    // It asks by id first, as the run does.
    expect(preview.exceeds(20)).toBe(true);
    preview.spend(10);
    expect(preview.refusals.guard).toMatch(/10 of 20/);
  });
});
