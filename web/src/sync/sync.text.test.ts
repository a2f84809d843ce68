import { describe, expect, it } from '@jest/globals';
import type { Activity, Item, Progress, Run } from '../../../clients/typescript/src/index.ts';
import { itemClasses } from './item.counting.ts';
import { fieldChangesOf } from './payload.fields.ts';
import { situationOf } from './status.notice.ts';
import { outcomeCounts } from './sync.counts.ts';
import { startedBy, syncTitle } from './sync.text.ts';
import { timelineWords } from './timeline.text.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const sync = (members: Partial<Progress> = {}) =>
  ({
    status: 'running',
    updated_at: '2026-11-26T09:59:50Z',
    completed_at: null,
    requested_by: null,
    rate_limited_until: null,
    ...members,
  }) as Progress;
const run = (members: Partial<Run>) => members as Run;
const entry = (members: Partial<Activity>) =>
  ({ record_count: null, duration_seconds: null, error_message: null, details: null, ...members }) as Activity;

describe('What holds a sync up', () => {
  it.each([
    ['nothing', {}, undefined],
    ['the end', { completed_at: '2026-11-26T09:59:59Z', cancel_requested: true }, undefined],
    ['a request to cancel before all else', { cancel_requested: true, status: 'paused' }, 'Cancel requested by ann'],
    ['a request to pause', { pause_requested: true }, 'Pause requested by ann'],
    ['a pause', { pause_requested: true, status: 'paused' }, 'Paused by ann'],
    ['a rate limit', { rate_limited_until: '2026-11-26T10:05:00Z' }, 'Waiting for a rate limit until'],
    ['no rate limit that is over', { rate_limited_until: '2026-11-26T09:55:00Z' }, undefined],
    ['the queue', { status: 'queued' }, 'Queued'],
    ['silence', { updated_at: '2026-11-26T09:57:30Z' }, 'No report for 2 min'],
  ] as const)('is said in words: %s', (_, members, title) => {
    const situation = situationOf(sync({ requested_by: 'ann', ...members }), NOW);
    expect(situation?.title.slice(0, title?.length)).toBe(title);
  });

  it('is another run when the run waits for its turn', () => {
    expect(situationOf(sync({ status: 'queued' }), NOW, run({ state: 'waiting' }))?.title).toBe('Waiting for its turn');
  });
});

describe('A sync', () => {
  it('is named by what it is of and, when the service runs it, what it does', () => {
    expect(syncTitle('customer')).toBe('Customer sync');
    expect(syncTitle('order', run({ kind: 'retry' }))).toBe('Order retry of failed items');
  });

  it('says who or what started it', () => {
    expect(startedBy('ann')).toBe('ann');
    expect(startedBy(null)).toBe('not said');
    expect(startedBy('ann', run({ trigger: 'schedule' }))).toBe('ann by its schedule');
    expect(startedBy(null, run({ trigger: 'webhook' }))).toBe('a webhook');
  });
});

describe('The counts of a run', () => {
  it('stand in one order with their share of all', () => {
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
    [{ activity_type: 'sync_timeout', record_count: 40 }, 'Given up after 40 items', 'bad'],
    [{ activity_type: 'pause_requested' }, 'Asked to pause', 'neutral'],
    [{ activity_type: 'batch_process', status: 'failed', record_count: 7 }, 'Batch process: 7 items', 'bad'],
  ] as const)('is said in words: %p', (members, title, tone) => {
    expect(timelineWords(entry(members))).toMatchObject({ title, tone });
  });

  it('quotes the reason a guard was overridden with, and the error of what failed', () => {
    expect(
      timelineWords(entry({ activity_type: 'delete_guard_overridden', details: { reason: 'on purpose' } })).quote,
    ).toBe('on purpose');
    const retried = entry({ activity_type: 'retry_requested', details: { retry_sync_id: 'run-2' } });
    expect(timelineWords(retried)).toMatchObject({ leadsTo: 'run-2', quote: null });
    expect(timelineWords(entry({ activity_type: 'sync_failed', error_message: 'no key' })).quote).toBe('no key');
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

  it('show fields only where the payload has them', () => {
    const fields = [{ field: 'phone', old: '1', new: null }];
    expect(fieldChangesOf({ fields })).toEqual(fields);
    for (const other of [null, 'text', { fields: [] }, { fields: [{ field: 'x' }] }, { email: 'a@' }])
      expect(fieldChangesOf(other)).toBeUndefined();
  });
});
