import type { Connection } from '@sync-operations/client';
import { connectionPath } from '../app/location.ts';

/** What the palette can do with a command: go somewhere, or pause and resume a connection. */
type Deed =
  | { readonly go: string }
  | { readonly connectionId: string; readonly request: 'pause' | 'resume'; readonly name: string };

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Beside the title, in grey. */
  readonly hint?: string;
  readonly deed: Deed;
}

const PAGES: readonly (readonly [title: string, path: string])[] = [
  ['Overview', '/overview'],
  ['Live', '/live'],
  ['Syncs', '/syncs'],
  ['Failed syncs', '/syncs?failed=true'],
  ['Conflicts', '/conflicts'],
  ['Alerts', '/alerts'],
  ['Activity', '/activity'],
  ['Failures grouped', '/activity?tab=failures'],
  ['Trends', '/trends'],
  ['Slow syncs', '/trends?part=slow'],
  ['Previews', '/previews'],
  ['Connections', '/connections'],
  ['Add a connection', '/connections/new'],
  ['Settings', '/settings'],
];

export const pageCommands: readonly Command[] = PAGES.map(([title, path]) => ({
  id: `page ${path}`,
  title,
  deed: { go: path },
}));

/** What can be done with a connection. Who may not write is offered nothing that writes. */
export function connectionCommands({ id, name, paused_at }: Connection, mayWrite: boolean): Command[] {
  const path = connectionPath(id);
  const open: Command[] = [
    { id: `open ${id}`, title: `Open ${name}`, hint: 'connection', deed: { go: path } },
    {
      ...{ id: `syncs ${id}`, title: `Syncs of ${name}` },
      deed: { go: `/syncs?${new URLSearchParams({ connection_id: id })}` },
    },
  ];
  if (!mayWrite) return open;
  const request = paused_at ? 'resume' : 'pause';
  return [
    ...open,
    { id: `run ${id}`, title: `Run now: ${name}`, deed: { go: `${path}?dialog=run` } },
    { id: `preview ${id}`, title: `Preview: ${name}`, deed: { go: `${path}?dialog=preview` } },
    {
      id: `${request} ${id}`,
      title: request === 'pause' ? `Pause everything of ${name}` : `Resume everything of ${name}`,
      hint: 'runs, schedules, webhooks',
      deed: { connectionId: id, request, name },
    },
  ];
}

/** The lists that can be searched for the text, all of what they have, not the first few. */
export const listCommands = (text: string): Command[] =>
  text === ''
    ? []
    : [
        {
          ...{ id: 'list syncs', title: `Syncs with “${text}”` },
          deed: { go: `/syncs?${new URLSearchParams({ q: text })}` },
        },
        {
          ...{ id: 'list activity', title: `Activity with “${text}”`, hint: 'who did what' },
          deed: { go: `/activity?${new URLSearchParams({ q: text })}` },
        },
      ];

/** Those that have every word of the text somewhere, in any case. */
export function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
}
