import type { Connection } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { connectionCommands, listCommands, matching, pageCommands } from './palette.commands.ts';

const shop = { id: 'c-1', name: 'Main Shop', paused_at: null } as Connection;

describe('The commands of the palette', () => {
  it('are found by their words in any order and case', () => {
    const commands = [...pageCommands, ...connectionCommands(shop, true)];
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
    expect(connectionCommands(paused, true).at(-1)?.title).toBe('Resume everything of Main Shop');
    expect(connectionCommands(shop, false).map(({ title }) => title)).toEqual(['Open Main Shop', 'Syncs of Main Shop']);
  });
});
