/** What a rule may say beside its kind. */
export type RuleParameter = 'threshold' | 'percent' | 'seconds';

/** A parameter of a kind: its bounds, and what holds when it is omitted. Without a default it has none, or is required. */
interface Parameter {
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly required?: true;
}

const MONTH = 31 * 86_400;
/** What arrived is counted by the hour, for a week. */
export const LONGEST_WINDOW_SECONDS = 7 * 86_400;
const COUNT: Parameter = { min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 };
const REQUIRED_SECONDS: Parameter = { min: 60, max: MONTH, required: true };

/** What a rule can watch, and what it needs to know for that. */
const KINDS = {
  failed: {},
  completed_with_errors: { threshold: { min: 0, max: Number.MAX_SAFE_INTEGER }, percent: { min: 0, max: 100 } },
  conflicts: { threshold: COUNT },
  timeout: {},
  stale: { seconds: REQUIRED_SECONDS },
  nothing_arrived: {
    seconds: { min: 3_600, max: LONGEST_WINDOW_SECONDS, required: true },
    threshold: { min: 1, max: Number.MAX_SAFE_INTEGER, default: 1 },
  },
  slow: { percent: { min: 1, max: 99, default: 50 } },
  rate_limited: { seconds: { ...REQUIRED_SECONDS } },
  check_failing: {},
  guard_tripped: {},
  shop_webhook_disabled: {},
  webhooks_missed: { threshold: COUNT },
} as const satisfies Readonly<Record<string, Partial<Record<RuleParameter, Parameter>>>>;

export type AlertKind = keyof typeof KINDS;
export const ALERT_KINDS = Object.keys(KINDS) as readonly AlertKind[];

export const parametersOf = (kind: AlertKind): Readonly<Partial<Record<RuleParameter, Parameter>>> => KINDS[kind];

/** Kinds about a connection itself, which has no entity type. */
export const OF_CONNECTIONS: ReadonlySet<AlertKind> = new Set(['check_failing', 'shop_webhook_disabled']);

/** What is told to webhook endpoints: one message a change of state. */
export type AlertEvent = 'alert.opened' | 'alert.still_open' | 'alert.resolved';

/** A rule as it is stored, without its organization. Times are RFC 3339. */
export interface RuleRow {
  readonly id: string;
  readonly name: string;
  readonly kind: AlertKind;
  readonly connection_id: string | null;
  readonly entity_type: string | null;
  readonly source_system: string | null;
  readonly sync_id: string | null;
  readonly threshold: number | null;
  readonly percent: number | null;
  readonly seconds: number | null;
  readonly still_open_seconds: number | null;
  readonly endpoint_ids: string[];
  readonly enabled: boolean;
  /** Since when it watches what it watches now: what was before is not its concern. */
  readonly watches_since: string;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** An alert as it is stored, without its organization. Times are RFC 3339. */
export interface AlertRow {
  readonly id: string;
  readonly rule_id: string;
  readonly rule_name: string;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly connection_id: string | null;
  readonly entity_type: string | null;
  readonly source_system: string | null;
  readonly sync_id: string | null;
  /** Of the run that opened it. */
  readonly run_kind: string | null;
  readonly summary: string;
  readonly opened_at: string;
  readonly resolved_at: string | null;
  readonly resolution: string | null;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by: string | null;
  readonly acknowledged_reason: string | null;
  readonly acknowledged_until: string | null;
  readonly muted_at: string | null;
  readonly muted_by: string | null;
  readonly muted_reason: string | null;
  readonly muted_until: string | null;
}
