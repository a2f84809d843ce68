import { describe, expect, it } from '@jest/globals';
import type { StreamedSync } from '../../../clients/react/src/live/sync.types.ts';
import { withLeaving } from './leaving.ts';
import { liveNumbers } from './live.numbers.ts';
import { isWorthChoosing, liveChoices, matches } from './live.syncs.ts';
import { reportExample } from './report.example.ts';

const sync = (members: Partial<StreamedSync>) =>
  ({
    status: 'running',
    completed_at: null,
    failed_count: 0,
    speed_items_per_min: null,
    entity_type: 'customer',
    source_system: 'shop',
    ...members,
  }) as StreamedSync;

describe('The numbers of the live page', () => {
  it('add up what is active; speed is only what runs', () => {
    expect(
      liveNumbers([
        sync({ speed_items_per_min: 100.5, failed_count: 1 }),
        sync({ speed_items_per_min: 20 }),
        sync({ speed_items_per_min: 900, status: 'paused', failed_count: 2 }),
        sync({ speed_items_per_min: 900, status: 'completed', completed_at: '2026-11-26T10:00:00Z', failed_count: 4 }),
        sync({}),
      ]),
    ).toEqual({ active: 4, perMinute: 120.5, failed: 3 });
  });

  it('do not invent a speed', () => {
    expect(liveNumbers([sync({})])).toEqual({ active: 1, perMinute: null, failed: 0 });
  });
});

describe('The filters of the live page', () => {
  const few = [sync({}), sync({ entity_type: 'order', source_system: 'erp' })];
  const many = [...few, ...Array.from({ length: 6 }, () => sync({}))];

  it('are offered from seven active syncs on, or when one is set', () => {
    expect(isWorthChoosing(few, {})).toBe(false);
    expect(isWorthChoosing(many, {})).toBe(true);
    expect(isWorthChoosing(few, { source: 'shop' })).toBe(true);
    const ended = many.map((one) => ({ ...one, completed_at: '2026-11-26T10:00:00Z' }));
    expect(isWorthChoosing(ended, {})).toBe(false);
  });

  it('offer each value there is, and the one that is set', () => {
    expect(liveChoices(many, {})).toEqual({ entity_type: ['customer', 'order'], source: ['erp', 'shop'] });
    expect(liveChoices(few, { source: 'gone' })).toEqual({
      entity_type: ['customer', 'order'],
      source: ['erp', 'gone', 'shop'],
    });
  });

  it('leave what matches all of them', () => {
    expect(many.filter(matches({ entity_type: 'order' }))).toEqual([few[1]]);
    expect(many.filter(matches({ entity_type: 'order', source: 'shop' }))).toEqual([]);
    expect(many.filter(matches({}))).toEqual(many);
  });
});

describe('The command that reports a sync', () => {
  it('names the service and the organization, whatever its id holds', () => {
    const command = reportExample('http://sync.example:3000', "o'brien & co");
    expect(command).toContain("'http://sync.example:3000/api/sync/progress'");
    expect(command).toContain(`-H 'X-Org-Id: o'\\''brien & co'`);
  });
});

describe('Cards that leave', () => {
  const idOf = (id: string) => id;
  const step = (before: ReturnType<typeof withLeaving<string>>, now: string[]) => withLeaving(before, now, idOf);
  const begin = { items: ['a', 'b', 'c'], leaving: new Set<string>() };

  it('stay where they stood until they are gone', () => {
    const first = step(begin, ['a', 'c']);
    expect(first).toEqual({ items: ['a', 'b', 'c'], leaving: new Set(['b']) });
    const second = step(first, ['new', 'a']);
    expect(second).toEqual({ items: ['new', 'a', 'b', 'c'], leaving: new Set(['b', 'c']) });
  });

  it('stand first when they were first', () => {
    expect(step(begin, ['b', 'c'])).toEqual({ items: ['a', 'b', 'c'], leaving: new Set(['a']) });
  });

  it('are there again when they come back', () => {
    expect(step(step(begin, ['a', 'c']), ['a', 'b', 'c']).leaving.size).toBe(0);
  });
});
