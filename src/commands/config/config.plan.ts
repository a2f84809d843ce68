import { isDeepStrictEqual } from 'node:util';
import type { AlertRuleEntry, ConfigDocument, ConnectionEntry, ScheduleEntry } from './config.document.ts';

/** What the organization has, as entries of a document that know their ids. */
export interface CurrentConfig {
  readonly connections: readonly Existing<ConnectionEntry>[];
  readonly schedules: readonly Existing<ScheduleEntry>[];
  readonly alert_rules: readonly Existing<AlertRuleEntry>[];
}
export type Existing<Entry> = Entry & { readonly id: string };

type Kind = keyof CurrentConfig;

export interface Change {
  readonly kind: Kind;
  /** For people, and what it is known by. */
  readonly name: string;
  readonly action: 'create' | 'change' | 'remove';
  /** Of what exists. */
  readonly id?: string;
  /** Old and new of each field that differs; of what is created, all. */
  readonly fields: Readonly<Record<string, { readonly old?: unknown; readonly new?: unknown }>>;
}

export interface Plan {
  /** In the order in which they are made: a schedule may need a connection that is made before. */
  readonly changes: readonly Change[];
  /** What exists, and the document does not name. It stays, unless it is asked for. */
  readonly unnamed: readonly { readonly kind: Kind; readonly name: string }[];
}

const KINDS: readonly Kind[] = ['connections', 'schedules', 'alert_rules'];

/** A connection takes its records with it, so no document removes one. */
const REMOVABLE: readonly Kind[] = ['schedules', 'alert_rules'];

function nameOf(kind: Kind, entry: object): string {
  if (kind !== 'schedules') return (entry as ConnectionEntry).name;
  const { source, destination, entity_type, kind: what, mode } = entry as ScheduleEntry;
  return `${source} → ${destination}: ${entity_type}, ${what} ${mode}`;
}

/** What has to be done so that the organization is as the document says. Fields that it leaves out stay. Pure. */
export function planConfig(document: ConfigDocument, current: CurrentConfig, { prune = false } = {}): Plan {
  const changes: Change[] = [];
  const unnamed: { kind: Kind; name: string }[] = [];
  for (const kind of KINDS) {
    const left = [...current[kind]] as Existing<Record<string, unknown>>[];
    for (const entry of document[kind] as Record<string, unknown>[]) {
      const name = nameOf(kind, entry);
      // Two of one name are taken in their order.
      const index = left.findIndex((existing) => nameOf(kind, existing) === name);
      const existing = index < 0 ? undefined : left.splice(index, 1)[0];
      const fields = differences(entry, existing);
      if (!existing) changes.push({ kind, name, action: 'create', fields });
      else if (Object.keys(fields).length > 0) changes.push({ kind, name, action: 'change', id: existing.id, fields });
    }
    for (const existing of left) {
      const name = nameOf(kind, existing);
      if (prune && REMOVABLE.includes(kind))
        changes.push({ kind, name, action: 'remove', id: existing.id, fields: {} });
      else unnamed.push({ kind, name });
    }
  }
  return { changes, unnamed };
}

function differences(entry: Record<string, unknown>, existing: Record<string, unknown> | undefined): Change['fields'] {
  const fields: Record<string, { old?: unknown; new?: unknown }> = {};
  for (const [field, value] of Object.entries(entry)) {
    if (value === undefined) continue;
    const old = existing?.[field];
    if (!existing) fields[field] = { new: value };
    else if (!isDeepStrictEqual(normal(old), normal(value))) fields[field] = { old, new: value };
  }
  return fields;
}

/** What is left out and what is null are the same to the service; so are an empty object and none. */
function normal(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' && Object.keys(value).length === 0 ? null : value;
}

/** The plan for people, a line each. */
export function planAsText({ changes, unnamed }: Plan): string {
  const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
  const lines = changes.flatMap(({ action, kind, name, fields }) => [
    `${action} ${LABELS[kind]} ${name}`,
    ...(action === 'change'
      ? Object.entries(fields).map(([field, { old, new: next }]) => `    ${field}: ${shown(old)} → ${shown(next)}`)
      : []),
  ]);
  if (lines.length === 0) lines.push('Nothing to change.');
  return [...lines, ...unnamed.map(({ kind, name }) => `not in the file, stays: ${LABELS[kind]} ${name}`)].join('\n');
}

const LABELS: Readonly<Record<Kind, string>> = {
  connections: 'connection',
  schedules: 'schedule',
  alert_rules: 'alert rule',
};
