import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSync } from './live/sync.fixture.ts';
import {
  countText,
  displayStatus,
  durationText,
  etaText,
  isReporting,
  isSilent,
  percentOf,
  progressText,
  trendText,
} from './sync.text.ts';

describe('a duration in words', () => {
  it.each([
    [0, 'under 1 s'],
    [0.4, 'under 1 s'],
    [1, '1 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [130, '2 min 10 s'],
    [599.4, '9 min 59 s'],
    [599.6, '10 min'],
    [754, '13 min'],
    [3599, '1 h'],
    [11_100, '3 h 5 min'],
    [86_399, '1 d'],
    [187_200, '2 d 4 h'],
  ])('%d s is %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('never says 60 of what has a bigger name, and nothing empty', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (seconds) => {
        expect(durationText(seconds)).toMatch(
          /^(under 1 s|[1-5]?\d s|[1-5]?\d min( [1-5]?\d s)?|1?\d h( [1-5]?\d min)?|2[0-3] h( [1-5]?\d min)?|\d+ d( (1?\d|2[0-3]) h)?)$/,
        );
      }),
    );
  });

  it('of the time to the end is unknown without a total', () => {
    expect([etaText(null), etaText(130)]).toEqual(['–', '2 min 10 s']);
  });
});

describe('how a sync fares', () => {
  const reported = Date.parse('2026-11-22T14:01:00Z');
  const soon = reported + 5_000;
  const ended = { completed_at: '2026-11-22T14:01:00+00:00' };
  it.each([
    ['active', 'Running', {}],
    ['waiting', 'Queued', { status: 'queued' }],
    [
      'waiting',
      'Queued: A second person must approve it.',
      { status: 'queued', waiting_reason: 'A second person must approve it.' },
    ],
    ['waiting', 'Paused', { status: 'paused' }],
    ['waiting', 'Pausing with the next report', { pause_requested: true }],
    ['waiting', 'Cancelling with the next report', { status: 'paused', cancel_requested: true }],
    ['done', 'Completed', { ...ended, status: 'completed' }],
    ['attention', 'Completed, 7 failed', { ...ended, status: 'completed_with_errors', failed_count: 7 }],
    ['failed', 'Failed: no such shop', { ...ended, status: 'failed', error_message: 'no such shop' }],
    ['waiting', 'Cancelled', { ...ended, status: 'cancelled', cancel_requested: true }],
    ['failed', 'Timed out: no more reports', { ...ended, status: 'timeout' }],
  ] as const)('is %s: %s', (kind, text, change) => {
    expect(displayStatus(aSync(change), soon)).toEqual({ kind, text });
  });

  it('is not clean when it left items for a person to decide', () => {
    const of = (change: object, conflicts: number) => displayStatus(aSync({ ...ended, ...change }), soon, conflicts);
    expect([
      of({ status: 'completed' }, 1),
      of({ status: 'completed' }, 2_000),
      of({ status: 'completed_with_errors', failed_count: 7 }, 2),
    ]).toEqual([
      { kind: 'attention', text: 'Completed, 1 conflict' },
      { kind: 'attention', text: 'Completed, 2,000 conflicts' },
      { kind: 'attention', text: 'Completed, 7 failed, 2 conflicts' },
    ]);
  });

  it('is silent after a minute without a report, unless nobody expects one', () => {
    const silent = (change: object, after: number) => isSilent(aSync(change), reported + after);
    expect([silent({}, 59_000), silent({}, 61_000)]).toEqual([false, true]);
    expect([silent({ status: 'paused' }, 61_000), silent({ ...ended, status: 'failed' }, 61_000)]).toEqual([
      false,
      false,
    ]);
  });

  it('A silent sync shows no speed and no ETA as if it were live, nor one that waits', () => {
    const reporting = (change: object, after = 5_000) => isReporting(aSync(change), reported + after);
    expect([reporting({}), reporting({}, 61_000)]).toEqual([true, false]);
    expect(
      [
        { status: 'paused' },
        { status: 'queued' },
        { rate_limited_until: '2026-11-22T14:01:30+00:00' },
        { waiting_reason: 'the shop is down', next_try_at: '2026-11-22T14:01:30+00:00' },
        { ...ended, status: 'completed' },
      ].map((change) => reporting(change)),
    ).toEqual([false, false, false, false, false]);
  });

  it('is waiting for a rate limit until that time, and not after it', () => {
    const sync = aSync({ rate_limited_until: '2026-11-22T14:01:30+00:00' });
    expect(displayStatus(sync, soon).text).toMatch(/^Waiting for a rate limit until .*01:30/);
    expect(displayStatus(sync, soon + 30_000).text).toBe('Running');
  });

  it('is silent when it runs and has not reported for a minute, by the clock of the service', () => {
    expect(displayStatus(aSync(), reported + 60_000).kind).toBe('active');
    expect(displayStatus(aSync(), reported + 130_000)).toEqual({
      kind: 'attention',
      text: 'Silent: last report 2 min 10 s ago',
    });
    expect(displayStatus(aSync({ status: 'paused' }), reported + 130_000).text).toBe('Paused');
  });
});

describe('what a card says', () => {
  it('counts failed items as done in the bar and apart in the text', () => {
    const sync = aSync({ processed_count: 1200, failed_count: 50, total_items: 5000 });
    expect(percentOf(sync)).toBe(25);
    expect(progressText(sync)).toBe('1,200 of 5,000 done, 50 failed, 25 %');
    expect(countText(sync)).toBe('1,200 / 5,000');
  });

  it('invents no percentage without a total, and calls nothing of nothing done', () => {
    expect(percentOf(aSync({ total_items: null }))).toBeUndefined();
    expect(progressText(aSync({ total_items: null }))).toBe('250 done, total unknown');
    expect(countText(aSync({ total_items: null }))).toBe('250 / ?');
    expect(percentOf(aSync({ total_items: 0, processed_count: 0 }))).toBe(100);
  });

  it('describes the sparkline for people who cannot see it', () => {
    expect(trendText([300, 610.25, 540])).toBe(
      'Speed over the last 3 reports: between 300.0 and 610.3 items per minute, most recently 540.0',
    );
    expect(trendText([300])).toBe('Speed: too few reports');
  });
});
