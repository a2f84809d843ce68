import { describe, expect, it } from 'vitest';
import { planText } from './plan.text.ts';

describe('What applying a preview does', () => {
  it('is said in words, with what is archived or deleted and what is left alone', () => {
    expect(planText({ creates: 31, updates: 9, deletes: 4, conflicts: 3 }, 'Odoo', true)).toEqual({
      sentence: 'Create 31, update 9, archive 4 in “Odoo”',
      leftAlone: '3 conflicts are left alone',
      removal: 'archive',
    });
    expect(planText({ creates: 0, updates: 0, deletes: 1_200, conflicts: 1 }, 'Shop', false)).toEqual({
      sentence: 'Delete 1,200 in “Shop”',
      leftAlone: '1 conflict is left alone',
      removal: 'delete',
    });
    expect(planText({ creates: 2, updates: 0, deletes: 0 }, 'Shop', false)).toEqual({
      sentence: 'Create 2 in “Shop”',
      leftAlone: null,
      removal: null,
    });
  });
});
