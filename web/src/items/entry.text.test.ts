import type { HistoryEntry } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { entryText } from './entry.text.ts';

const entry = (members: Partial<HistoryEntry>) =>
  ({
    event: 'updated',
    kind: 'sync',
    trigger: 'request',
    requested_by: 'ann',
    attempts: null,
    ...members,
  }) as HistoryEntry;

describe('The text of an entry', () => {
  it.each([
    [{}, 'Changed, a sync by ann'],
    [{ trigger: 'schedule' as const, requested_by: 'scheduler' }, 'Changed, a sync by its schedule'],
    [{ kind: 'webhook' as const, trigger: 'webhook' as const, requested_by: null }, 'Changed, a webhook'],
    [{ event: 'failed' as const, kind: 'retry' as const, attempts: 2 }, 'Failed, attempt 2, a retry by ann'],
    [{ event: 'archived' as const, kind: 'apply' as const, undoes_sync_id: 'run-1' }, 'Archived, an undo by ann'],
  ])('says what was done, how and by whom: %j', (members, text) => {
    const { title, how } = entryText(entry(members));
    expect(`${title}, ${how}`).toBe(text);
  });
});
