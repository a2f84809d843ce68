import type { Connection, Schedule, SyncListItem } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import {
  actOf,
  connectionCommands,
  listCommands,
  matching,
  pageCommands,
  scheduleCommands,
  syncCommands,
} from './palette.commands.ts';

const ALL = { control: true, run: true };
const NONE = { control: false, run: false };
const shop = { id: 'c-1', name: 'Main Shop', paused_at: null } as Connection;

describe('The commands of the palette', () => {
  it('are found by their words in any order and case', () => {
    const commands = [...pageCommands, ...connectionCommands(shop, ALL)];
    expect(matching(commands, 'SHOP pause').map(({ title }) => title)).toEqual(['Pause everything of Main Shop']);
    expect(matching(commands, 'failed').map(({ title }) => title)).toEqual(['Failed syncs']);
  });

  it('lead from a text to all that matches it, and from nothing to nothing', () => {
    expect(listCommands('a&b').map(({ deed }) => deed)).toEqual([
      { go: '/syncs?q=a%26b' },
      { go: '/activity?q=a%26b' },
    ]);
    expect(listCommands('')).toEqual([]);
  });

  it('resume what is paused, and write nothing for who may only read', () => {
    const paused = { ...shop, paused_at: '2026-11-22T10:00:00Z' };
    expect(connectionCommands(paused, ALL).at(-1)?.title).toBe('Resume everything of Main Shop');
    expect(connectionCommands(shop, NONE).map(({ title }) => title)).toEqual(['Open Main Shop', 'Syncs of Main Shop']);
  });

  it('act on a sync as it is, and on a schedule', () => {
    const sync = {
      ...{ sync_id: 'nightly', kind: 'sync', entity_type: 'order', status: 'running', completed_at: null },
      ...{ failed_count: 0, conflict_count: 0, cancel_requested: false, pause_requested: false, source: null },
    } as unknown as SyncListItem;
    const titles = (change: Partial<SyncListItem>, rights = ALL) =>
      syncCommands({ ...sync, ...change }, rights).map(({ title }) => title);
    expect(titles({})).toEqual(['Pause nightly', 'Cancel nightly']);
    expect(titles({ status: 'paused' })).toEqual(['Resume nightly', 'Cancel nightly']);
    expect(titles({ completed_at: '2026-11-22T10:00:00Z', failed_count: 3 })).toEqual(['Retry what failed in nightly']);
    expect(titles({}, NONE)).toEqual([]);
    const schedule = {
      ...{ id: 's-1', entity_type: 'order', connection_id: 'c-1', destination: 'records' },
      ...{ kind: 'sync', cron: '0 2 * * *', enabled: true },
    } as Schedule;
    expect(scheduleCommands(schedule, (id) => id, ALL).map(({ title }) => title)).toEqual([
      'Run the schedule now: sync orders, c-1 → records',
      'Pause the schedule: sync orders, c-1 → records',
    ]);
    expect(scheduleCommands(schedule, (id) => id, NONE)).toEqual([]);
  });

  it('begin with a verb for what is found by the rest', () => {
    expect(actOf('Pause nightly 1')).toEqual({ act: 'pause', of: 'nightly 1' });
    expect(actOf('nightly')).toEqual({ act: undefined, of: 'nightly' });
    expect(actOf('pause ')).toEqual({ act: undefined, of: 'pause ' });
  });
});
