import { describe, expect, it } from 'vitest';
import { entryText } from '../items/entry.text.ts';
import { CHANGE_KINDS } from '../sync/change.row.tsx';
import { planText } from './plan.text.ts';

describe('What is deleted', () => {
  it('has one colour and a word, before and after it is done', () => {
    const kind = CHANGE_KINDS.find(({ name }) => name === 'delete');
    expect([kind?.tone, kind?.planned, kind?.done]).toEqual(['bad', 'delete', 'deleted']);
    const deleted = { event: 'deleted', attempts: null, kind: 'sync', trigger: 'request', requested_by: null };
    expect(entryText({ ...deleted, undoes_sync_id: null } as unknown as Parameters<typeof entryText>[0])).toMatchObject(
      {
        ...{ title: 'Deleted', tone: 'bad' },
      },
    );
  });

  it('is said by the button that does it, also where an ERP only archives it', () => {
    const summary = { creates: 0, updates: 2, deletes: 1, conflicts: 0 };
    expect(planText(summary, 'ERP', true)).toEqual({
      ...{ sentence: 'Update 2, archive 1 in “ERP”', leftAlone: null, removal: 'archive' },
    });
    expect(planText(summary, 'Shop', false).removal).toBe('delete');
    expect(planText({ ...summary, deletes: 0 }, 'Shop', false).removal).toBe(null);
  });
});
