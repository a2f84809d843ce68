import type { Progress, Run } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { startedBy, statusNotice, syncTitle } from './sync.text.ts';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const sync = (members: Partial<Progress> = {}) =>
  ({
    status: 'running',
    updated_at: '2026-11-26T09:59:50Z',
    completed_at: null,
    requested_by: null,
    rate_limited_until: null,
    waiting_reason: null,
    next_try_at: null,
    ...members,
  }) as Progress;
const run = (members: Partial<Run>) => members as Run;

describe('What holds a sync up', () => {
  it.each([
    ['nothing', {}, undefined],
    ['the end', { completed_at: '2026-11-26T09:59:59Z', cancel_requested: true }, undefined],
    ['a request to cancel before all else', { cancel_requested: true, status: 'paused' }, 'Cancel requested by ann'],
    ['a request to pause', { pause_requested: true }, 'Pause requested by ann'],
    ['a pause', { pause_requested: true, status: 'paused' }, 'Paused by ann'],
    ['a rate limit', { rate_limited_until: '2026-11-26T10:05:00Z' }, 'Waiting for a rate limit until'],
    ['what a system answered', { waiting_reason: 'No JSON.', next_try_at: '2026-11-26T10:05:00Z' }, 'Put off until'],
    ['no rate limit that is over', { rate_limited_until: '2026-11-26T09:55:00Z' }, undefined],
    ['the queue', { status: 'queued' }, 'Queued'],
    ['silence', { updated_at: '2026-11-26T09:57:30Z' }, 'No report for 2 min'],
  ] as const)('is said in words: %s', (_, members, title) => {
    const notice = statusNotice(sync({ requested_by: 'ann', ...members }), NOW);
    expect(notice?.title.slice(0, title?.length)).toBe(title);
  });

  it('is another run when the run waits for its turn', () => {
    expect(statusNotice(sync({ status: 'queued' }), NOW, run({ state: 'waiting' }))?.title).toBe(
      'Waiting for its turn',
    );
  });
});

describe('A sync', () => {
  it('is named by what it is of and, when the service runs it, what it does', () => {
    expect(syncTitle('customer')).toBe('Customer sync');
    expect(syncTitle('order', run({ kind: 'retry' }))).toBe('Order retry of failed items');
  });

  it('says who or what started it', () => {
    expect(startedBy('ann')).toBe('ann');
    expect(startedBy(null)).toBe('unknown');
    expect(startedBy('ann', run({ trigger: 'schedule' }))).toBe('ann by its schedule');
    expect(startedBy(null, run({ trigger: 'webhook' }))).toBe('a webhook');
  });
});
