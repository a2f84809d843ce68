import type { ListSyncsData, SyncKind, SyncStatus } from '@sync-operations/client';

/** The query parameters of the page, named as in the API. */
export const SYNCS_PARAMETERS = [
  'q',
  'status',
  'active',
  'failed',
  'conflicts',
  'entity_type',
  'source_system',
  'kind',
  'connection_id',
  'user_id',
  'from',
  'to',
  'sort',
] as const;
type SyncsParameter = (typeof SYNCS_PARAMETERS)[number];
export type SyncsParameters = Readonly<Partial<Record<SyncsParameter, string>>>;
export type SyncsQuery = NonNullable<ListSyncsData['query']>;
/** Called by a filter with the changed parameters. */
export type OnChange = (changes: Partial<Record<SyncsParameter, string | undefined>>) => void;

export const STATUSES = [
  'queued',
  'running',
  'paused',
  'completed',
  'completed_with_errors',
  'failed',
  'timeout',
  'cancelled',
] as const satisfies readonly SyncStatus[];

export const KINDS: Readonly<Record<SyncKind, string>> = {
  reported: 'Reported by a service',
  sync: 'Sync',
  preview: 'Preview',
  reconcile: 'Comparison',
  apply: 'Applied preview',
  retry: 'Retry',
  webhook: 'Webhook',
};

const SORTS = ['-started_at', 'started_at', '-completed_at', 'completed_at'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The filters as query parameters of the API. What it would refuse is left out. */
export function syncsQuery(parameters: SyncsParameters): SyncsQuery {
  const { q, active, failed, conflicts, entity_type, source_system, connection_id, user_id, from, to } = parameters;
  const status = STATUSES.find((one) => one === parameters.status);
  const kind = (Object.keys(KINDS) as SyncKind[]).find((one) => one === parameters.kind);
  const sort = SORTS.find((one) => one === parameters.sort);
  const isTime = (time: string | undefined) => time !== undefined && !Number.isNaN(Date.parse(time));
  return {
    ...(q && { q }),
    ...(status && { status }),
    ...(active && { active: active === 'true' }),
    ...(failed && { failed: failed === 'true' }),
    ...(conflicts && { conflicts: conflicts === 'true' }),
    ...(entity_type && { entity_type }),
    ...(source_system && { source_system }),
    ...(kind && { kind }),
    ...(connection_id && UUID.test(connection_id) && { connection_id }),
    ...(user_id && { user_id }),
    ...(isTime(from) && { from }),
    ...(isTime(to) && { to }),
    ...(sort && { sort }),
  };
}

/** Whether a filter is set; the order is none. */
export const isFiltered = ({ sort: _, ...filters }: SyncsParameters): boolean => Object.values(filters).some(Boolean);

export const NO_FILTERS = Object.fromEntries(
  SYNCS_PARAMETERS.filter((name) => name !== 'sort').map((name) => [name, undefined]),
) as Partial<Record<SyncsParameter, undefined>>;

/** A view of the list: a name for an address. */
export interface View {
  readonly name: string;
  /** The query string without a question mark. */
  readonly search: string;
}

/** What operators look at most. */
export const VIEWS: readonly View[] = [
  { name: 'All', search: '' },
  { name: 'Active', search: 'active=true' },
  { name: 'Failed', search: 'failed=true' },
  { name: 'With conflicts', search: 'conflicts=true' },
  { name: 'Ended last', search: 'sort=-completed_at' },
  { name: 'Previews', search: 'kind=preview' },
];

/** Whether both are the same view, whatever the order of their parameters. */
export function isSameView(one: string, other: string): boolean {
  const sorted = (search: string) => [...new URLSearchParams(search)].map(String).sort().join('\n');
  return sorted(one) === sorted(other);
}
