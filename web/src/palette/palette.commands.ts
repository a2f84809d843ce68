import type { Connection, Schedule, SyncListItem } from '@sync-operations/client';
import { connectionPath } from '../app/location.ts';
import { cronText } from '../schedules/cron.text.ts';
import { BULK, type BulkAction } from '../syncs/bulk.acts.ts';
import { titleOf } from '../syncs/sync.row-text.ts';
import { capitalized } from '../ui/format.ts';

/** What the palette can do with a command: go somewhere, or act on a connection, a sync or a schedule. */
export type Deed =
  | { readonly go: string }
  | { readonly check: string; readonly name: string }
  | { readonly sync: SyncListItem; readonly act: BulkAction }
  | { readonly schedule: Schedule; readonly request: 'run' | 'pause' | 'resume'; readonly name: string }
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

/** What somebody may do: steer what runs, and start runs. */
export interface Rights {
  readonly control: boolean;
  readonly run: boolean;
}

/** What can be done with a connection. Who may not write is offered nothing that writes. */
export function connectionCommands({ id, name, paused_at }: Connection, { control, run }: Rights): Command[] {
  const path = connectionPath(id);
  const open: Command[] = [
    { id: `open ${id}`, title: `Open ${name}`, hint: 'connection', deed: { go: path } },
    {
      ...{ id: `syncs ${id}`, title: `Syncs of ${name}` },
      deed: { go: `/syncs?${new URLSearchParams({ connection_id: id })}` },
    },
  ];
  const request = paused_at ? 'resume' : 'pause';
  const runs: Command[] = [
    { id: `run ${id}`, title: `Run now: ${name}`, deed: { go: `${path}?dialog=run` } },
    { id: `preview ${id}`, title: `Preview: ${name}`, deed: { go: `${path}?dialog=preview` } },
    { id: `check ${id}`, title: `Check the connection to ${name}`, deed: { check: id, name } },
  ];
  const pause: Command = {
    id: `${request} ${id}`,
    title: request === 'pause' ? `Pause everything of ${name}` : `Resume everything of ${name}`,
    hint: 'runs, schedules, webhooks',
    deed: { connectionId: id, request, name },
  };
  return [...open, ...(run ? runs : []), ...(control ? [pause] : [])];
}

/** What can be done with a schedule. `nameOf`: of a connection or of the records, by its id. */
export function scheduleCommands(
  schedule: Schedule,
  nameOf: (id: string) => string,
  { control, run }: Rights,
): Command[] {
  const { id, entity_type, connection_id, destination, kind, cron, enabled } = schedule;
  const what = kind === 'reconcile' ? 'Compare' : 'Sync';
  const ends = `${nameOf(connection_id)} → ${nameOf(destination)}`;
  const name = `${what.toLowerCase()} ${entity_type}s, ${ends}`;
  const hint = capitalized(cronText(cron) ?? cron);
  const request = enabled ? 'pause' : 'resume';
  const runNow: Command = {
    ...{ id: `run schedule ${id}`, title: `Run the schedule now: ${name}`, hint },
    deed: { schedule, request: 'run', name },
  };
  const pause: Command = {
    ...{ id: `${request} schedule ${id}`, title: `${capitalized(request)} the schedule: ${name}`, hint },
    deed: { schedule, request, name },
  };
  return [...(run ? [runNow] : []), ...(control ? [pause] : [])];
}

const ACTS = Object.keys(BULK) as BulkAction[];
const RIGHT_OF: Readonly<Record<BulkAction, keyof Rights>> = {
  ...{ pause: 'control', resume: 'control', cancel: 'control' },
  retry: 'run',
};

/** What can be done with a sync as it is now. */
export const syncCommands = (sync: SyncListItem, rights: Rights): Command[] =>
  ACTS.filter((act) => rights[RIGHT_OF[act]] && BULK[act].isFor(sync)).map((act) => ({
    id: `${act} sync ${sync.sync_id}`,
    title: act === 'retry' ? `Retry what failed in ${sync.sync_id}` : `${BULK[act].verb} ${sync.sync_id}`,
    hint: titleOf(sync),
    deed: { sync, act },
  }));

/** `pause nightly` asks for an act on what `nightly` finds. */
export function actOf(text: string): { readonly act: BulkAction | undefined; readonly of: string } {
  const [, verb = '', of = ''] = /^(\w+)\s+(\S.*)$/.exec(text) ?? [];
  const act = ACTS.find((one) => one === verb.toLowerCase());
  return act ? { act, of } : { act: undefined, of: text };
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
