import { ConfigurationError } from '../../config/environment.ts';
import type { ApiCalls } from '../api.calls.ts';
import type { AlertRuleEntry, ConfigDocument, ConnectionEntry, ScheduleEntry } from './config.document.ts';
import type { Change, CurrentConfig, Existing, Plan } from './config.plan.ts';

type Row = Record<string, unknown> & { readonly id: string };
type Credentials = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the organization of the key has. */
export async function readConfig(api: ApiCalls): Promise<CurrentConfig> {
  const [connections, schedules, rules] = [
    await api.all<Row>('/connections'),
    await api.all<Row>('/schedules'),
    await api.all<Row>('/alert-rules'),
  ];
  const names = new Map(connections.map(({ id, name }) => [id, name as string]));
  // An id stays where no connection has it: it shows what is wrong.
  const nameOf = (id: unknown) => names.get(id as string) ?? (id as string);
  return {
    connections: connections.map((row) => pick(row, ['name', 'system', 'base_url', 'settings'])),
    schedules: schedules.map((row) => ({
      source: nameOf(row.connection_id),
      ...pick<Omit<ScheduleEntry, 'source'>>({ ...row, destination: nameOf(row.destination) }, [
        'destination',
        'entity_type',
        'kind',
        'mode',
        'cron',
        'time_zone',
        'enabled',
      ]),
    })),
    alert_rules: rules.map((row) => ({
      ...pick<AlertRuleEntry>(row, [
        'name',
        'kind',
        'entity_type',
        'source_system',
        'sync_id',
        'threshold',
        'percent',
        'seconds',
      ]),
      ...pick<object>(row, ['still_open_seconds', 'endpoint_ids', 'enabled']),
      connection: row.connection_id === null ? null : nameOf(row.connection_id),
    })),
  };
}

/** As a document: without ids, and without what is not set. */
export function documentOf({ connections, schedules, alert_rules }: CurrentConfig): ConfigDocument {
  const bare = <Entry extends object>({ id: _, ...entry }: Existing<Entry>): Entry =>
    Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== undefined)) as Entry;
  return {
    version: 1,
    connections: connections.map((entry) => bare<ConnectionEntry>(entry)),
    schedules: schedules.map((entry) => bare<ScheduleEntry>(entry)),
    alert_rules: alert_rules.map((entry) => bare<AlertRuleEntry>(entry)),
  };
}

/** Throws before anything is changed when the plan needs what is not there. */
export function assertPossible({ changes }: Plan, current: CurrentConfig, credentials: Credentials): void {
  const creates = changes.filter(({ kind, action }) => kind === 'connections' && action === 'create');
  const missing = creates.filter(({ name }) => !credentials[name]).map(({ name }) => `"${name}"`);
  if (missing.length > 0)
    throw new ConfigurationError(
      `New connections need credentials: give those of ${missing.join(', ')} in a file by --credentials, or create them first.`,
    );
  const known = new Set([...current.connections, ...creates].map(({ name }) => name));
  for (const { name, fields } of changes) {
    const named = [fields.source?.new, fields.destination?.new, fields.connection?.new];
    const unknown = named.find((one) => typeof one === 'string' && one !== 'records' && !known.has(one));
    if (unknown) throw new ConfigurationError(`"${name}" names the connection "${unknown}", which does not exist.`);
  }
}

/** Makes the changes one by one. What is made stays when a later one is refused: applying again goes on from there. */
export async function applyPlan(
  api: ApiCalls,
  { changes }: Plan,
  current: CurrentConfig,
  credentials: Credentials,
  tell: (line: string) => void,
): Promise<void> {
  const ids = new Map(current.connections.map(({ name, id }) => [name, id]));
  for (const change of changes) {
    const made = await applyChange(api, change, ids, credentials);
    if (change.kind === 'connections' && made) ids.set(change.name, made.id);
    tell(`${change.action}d ${change.name}`);
  }
}

const PATHS = { connections: '/connections', schedules: '/schedules', alert_rules: '/alert-rules' } as const;

async function applyChange(
  api: ApiCalls,
  change: Change,
  ids: ReadonlyMap<string, string>,
  credentials: Credentials,
): Promise<Row | undefined> {
  const { kind, action, name, id } = change;
  if (action === 'remove') return api.call('DELETE', `${PATHS[kind]}/${id}`);
  const body = bodyOf(change, ids, credentials);
  if (action === 'change') return api.call('PATCH', `${PATHS[kind]}/${id}`, body);
  if (kind !== 'schedules') return api.call('POST', PATHS[kind], body);
  const source = ids.get(change.fields.source?.new as string);
  if (!source) throw new ConfigurationError(`The source of "${name}" does not exist.`);
  return api.call('POST', `/connections/${source}/schedules`, body);
}

function bodyOf({ kind, name, fields }: Change, ids: ReadonlyMap<string, string>, credentials: Credentials): object {
  const given = Object.entries(fields).map(([field, { new: value }]) => [field, value] as const);
  const { source: _, connection, destination, ...rest } = Object.fromEntries(given);
  return {
    ...rest,
    ...(kind === 'connections' && credentials[name] && { credentials: credentials[name] }),
    ...(destination !== undefined && {
      destination: destination === 'records' ? 'records' : { connection_id: ids.get(destination as string) },
    }),
    ...(connection !== undefined && { connection_id: connection === null ? null : ids.get(connection as string) }),
  };
}

function pick<Entry extends object>(row: Row, names: readonly string[]): Existing<Entry> {
  return Object.fromEntries(['id', ...names].map((name) => [name, row[name]])) as Existing<Entry>;
}
