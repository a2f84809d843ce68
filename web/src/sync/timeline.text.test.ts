import type { Activity } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { groupsOf, timelineText } from './timeline.text.ts';

const entry = (members: Partial<Activity>) =>
  ({ record_count: null, duration_seconds: null, error_message: null, details: null, ...members }) as Activity;

describe('An entry of the timeline', () => {
  it.each([
    [
      { activity_type: 'sync_completed', record_count: 1200, duration_seconds: 125 },
      'Completed: 1,200 items in 2 min 5 s',
      'good',
    ],
    [
      {
        activity_type: 'sync_completed',
        record_count: 1,
        status: 'completed_with_errors',
        details: { failed_count: 2 },
      },
      'Completed: 1 item, 2 failed',
      'warn',
    ],
    [
      { activity_type: 'sync_completed', record_count: 1, status: 'completed', details: { conflict_count: 1 } },
      'Completed: 1 item, 1 conflict',
      'warn',
    ],
    [{ activity_type: 'sync_timeout', record_count: 40 }, 'Timed out after 40 items', 'bad'],
    [
      { activity_type: 'preview_completed', record_count: 0, details: { total_items: 5 } },
      'Preview completed: 5 items looked at, nothing written',
      'neutral',
    ],
    [
      { activity_type: 'reconcile_completed', record_count: 0, details: { total_items: 31, conflict_count: 2 } },
      'Comparison completed: 31 items looked at, nothing written, 2 conflicts',
      'warn',
    ],
    [{ activity_type: 'reconcile_failed', status: 'failed', record_count: 0 }, 'Comparison failed', 'bad'],
    [{ activity_type: 'pause_requested' }, 'Pause requested', 'neutral'],
    [{ activity_type: 'batch_process', status: 'failed', record_count: 7 }, 'Batch process: 7 items', 'bad'],
  ] as const)('is said in words: %j', (members, title, tone) => {
    expect(timelineText(entry(members))).toMatchObject({ title, tone });
  });

  it('quotes the reason a guard was overridden with, and the error of what failed', () => {
    expect(
      timelineText(entry({ activity_type: 'delete_guard_overridden', details: { reason: 'on purpose' } })).quote,
    ).toBe('on purpose');
    const retried = entry({ activity_type: 'retry_requested', details: { retry_sync_id: 'run-2' } });
    expect(timelineText(retried)).toMatchObject({ linkedSyncId: 'run-2', quote: null });
    expect(timelineText(entry({ activity_type: 'sync_failed', error_message: 'no key' })).quote).toBe('no key');
  });
});

describe('Entries in a row', () => {
  it('are one group while they are of one type, status and user', () => {
    const entries = ['a', 'a', 'b', 'a'].map((activity_type) => ({ activity_type, status: 'failed' }) as Activity);
    expect(groupsOf(entries).map((group) => group.length)).toEqual([2, 1, 1]);
  });
});
