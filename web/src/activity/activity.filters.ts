import type { ListActivityData, SyncStatus } from '@sync-operations/client';

/** The query parameters of the page, named as in the API. */
export const ACTIVITY_PARAMETERS = [
  'tab',
  'q',
  'days',
  'from',
  'to',
  'status',
  'failed',
  'entity_type',
  'user_id',
  'sync_id',
  'error_message',
] as const;
type ActivityParameter = (typeof ACTIVITY_PARAMETERS)[number];
export type ActivityParameters = Readonly<Partial<Record<ActivityParameter, string>>>;
export type ActivityQuery = NonNullable<ListActivityData['query']>;

export const STATUSES = [
  'completed',
  'completed_with_errors',
  'failed',
  'timeout',
  'cancelled',
  'running',
  'paused',
  'queued',
] as const satisfies readonly SyncStatus[];

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = '7';
/** The limit of the API. */
const MAX_DAYS = 3650;

/** `chosen`: UTC days, both inclusive and both optional. */
export type ActivityPeriod =
  | { readonly kind: 'days'; readonly days: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'chosen'; readonly from?: string; readonly to?: string };

/** The default is a week, and all time for a single sync. Invalid parameters are ignored. */
export function periodOf({ days, from, to, sync_id }: ActivityParameters): ActivityPeriod {
  if (days === 'all') return { kind: 'all' };
  if (days === 'chosen' || isDay(from) || isDay(to))
    return { kind: 'chosen', ...(isDay(from) && { from }), ...(isDay(to) && { to }) };
  if (days && /^\d+$/.test(days) && Number(days) >= 1 && Number(days) <= MAX_DAYS) return { kind: 'days', days };
  return sync_id ? { kind: 'all' } : { kind: 'days', days: DEFAULT_DAYS };
}

type PeriodQuery = Pick<ActivityQuery, 'days' | 'from' | 'to'>;

/** The period as query parameters of the API. Always set, so that the defaults of the API do not apply. The day `to` is included. */
function periodQuery(period: ActivityPeriod): PeriodQuery {
  if (period.kind === 'days') return { days: Number(period.days) };
  const { from, to } = period.kind === 'chosen' ? period : {};
  return { from: `${from ?? '1970-01-01'}T00:00:00Z`, ...(to && { to: `${dayAfter(to)}T00:00:00Z` }) };
}

/** The filters as query parameters of the API, for the list, its newer entries and the export. */
export function activityQuery(parameters: ActivityParameters): ActivityQuery {
  const { q, failed, entity_type, user_id, sync_id, error_message } = parameters;
  const status = STATUSES.find((one) => one === parameters.status);
  return {
    ...periodQuery(periodOf(parameters)),
    ...(q && { q }),
    ...(status && { status }),
    ...(failed === 'true' && { failed: true }),
    ...(entity_type && { entity_type }),
    ...(user_id && { user_id }),
    ...(sync_id && { sync_id }),
    ...(error_message && { error_message }),
  };
}

/** The address of an export. A browser download cannot send headers, so the organization is a query parameter. */
export function exportAddress(orgId: string, query: ActivityQuery, format: 'ndjson' | 'csv'): string {
  const parameters = Object.entries({ orgId, format, ...query }).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return `/api/sync/activity/export?${new URLSearchParams(parameters)}`;
}

/** The path of the page with these parameters. */
export function activityPath(parameters: ActivityParameters): string {
  const text = new URLSearchParams(parameters as Record<string, string>).toString();
  return text ? `/activity?${text}` : '/activity';
}

/** Whether a filter besides the period is set. */
export const isFiltered = ({ q, status, failed, entity_type, user_id, sync_id, error_message }: ActivityParameters) =>
  [q, status, failed, entity_type, user_id, sync_id, error_message].some(Boolean);

const isDay = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

const dayAfter = (isoDay: string): string => new Date(Date.parse(isoDay) + DAY_MS).toISOString().slice(0, 10);

/** Called by a filter with the changed parameters. */
export type OnChange = (changes: Partial<Record<ActivityParameter, string | undefined>>) => void;
