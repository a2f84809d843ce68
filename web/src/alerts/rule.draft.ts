import type { AlertKind, AlertRule, CreateAlertRule } from '@sync-operations/client';

export type RuleBody = CreateAlertRule;

/** What the form of a rule holds: texts, since a number may be half typed. */
export interface RuleDraft {
  readonly name: string;
  readonly kind: AlertKind;
  readonly connection_id: string;
  readonly entity_type: string;
  readonly source_system: string;
  readonly threshold: string;
  readonly percent: string;
  readonly seconds: Duration;
  readonly still_open_seconds: Duration;
  readonly endpoint_ids: readonly string[];
}

export interface Duration {
  readonly amount: string;
  readonly unit: Unit;
}
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

interface KindText {
  readonly name: string;
  readonly hint: string;
  /** The parameters, by what they are called in the form. */
  readonly threshold?: string;
  readonly percent?: string;
  readonly seconds?: string;
}

export const KINDS: Readonly<Record<AlertKind, KindText>> = {
  failed: { name: 'A sync failed', hint: 'Resolved when one succeeds.' },
  completed_with_errors: {
    name: 'Items failed',
    hint: 'Without a limit, one failed item is enough.',
    threshold: 'More than so many items',
    percent: 'More than so many percent',
  },
  conflicts: { name: 'Items are in conflict', hint: 'Resolved by a sync with fewer.', threshold: 'More than so many' },
  timeout: { name: 'A sync timed out', hint: 'A reported sync that went silent.' },
  stale: {
    name: 'No sync succeeded for a time',
    hint: 'For what a schedule runs, what came regularly, or what the rule names.',
    seconds: 'For longer than',
  },
  nothing_arrived: {
    name: 'Too little arrived',
    hint: 'Counted over all syncs of a kind, by the hour.',
    threshold: 'Fewer items than',
    seconds: 'Within',
  },
  slow: { name: 'A sync was slow', hint: 'Against the median of its last 20.', percent: 'Below so many percent of it' },
  rate_limited: {
    name: 'A sync waits for a rate limit',
    hint: 'Resolved when it goes on.',
    seconds: 'For longer than',
  },
  check_failing: { name: 'A connection fails its check', hint: 'Resolved when a check succeeds.' },
  guard_tripped: { name: 'The delete guard stopped a sync', hint: 'Resolved when one succeeds.' },
  shop_webhook_disabled: { name: 'A shop disabled its webhooks', hint: 'For connections whose webhooks are managed.' },
  webhooks_missed: {
    name: 'Changes came without a webhook',
    hint: 'Found by scheduled incremental syncs.',
    threshold: 'More than so many',
  },
};

export const NEW_RULE: RuleDraft = {
  ...{ name: '', kind: 'failed', connection_id: '', entity_type: '', source_system: '', threshold: '', percent: '' },
  ...{ seconds: { amount: '1', unit: 'hours' }, still_open_seconds: { amount: '1', unit: 'days' }, endpoint_ids: [] },
};

export function draftOf(rule: AlertRule): RuleDraft {
  const { name, kind, connection_id, entity_type, source_system, threshold, percent, seconds } = rule;
  return {
    ...{ name, kind, connection_id: connection_id ?? '', entity_type: entity_type ?? '' },
    ...{ source_system: source_system ?? '', threshold: textOf(threshold), percent: textOf(percent) },
    seconds: seconds === null ? NEW_RULE.seconds : durationOf(seconds),
    still_open_seconds:
      rule.still_open_seconds === null ? { amount: '', unit: 'days' } : durationOf(rule.still_open_seconds),
    endpoint_ids: rule.endpoint_ids,
  };
}

/** What is sent. What the kind has no parameter for is null, and so is an empty field. */
export function bodyOf(draft: RuleDraft): RuleBody {
  const { name, kind, connection_id, entity_type, source_system, threshold, percent, seconds } = draft;
  const has = KINDS[kind];
  return {
    ...{ name: name.trim() || has.name, kind },
    ...{ connection_id: connection_id || null, entity_type: entity_type || null, source_system: source_system || null },
    threshold: has.threshold ? numberOf(threshold) : null,
    percent: has.percent ? numberOf(percent) : null,
    seconds: has.seconds ? secondsOf(seconds) : null,
    still_open_seconds: secondsOf(draft.still_open_seconds),
    endpoint_ids: [...draft.endpoint_ids],
  };
}

const textOf = (value: number | null): string => (value === null ? '' : String(value));
const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

function secondsOf({ amount, unit }: Duration): number | null {
  const count = numberOf(amount);
  return count === null ? null : Math.round(count * UNITS[unit]);
}

/** In the largest unit of which it is a whole number. */
export function durationOf(seconds: number): Duration {
  const units = (Object.keys(UNITS) as Unit[]).reverse();
  const unit = units.find((one) => seconds % UNITS[one] === 0) ?? 'minutes';
  return { amount: String(seconds / UNITS[unit]), unit };
}

/** What a rule says beside its name, in words. */
export function ruleText(rule: AlertRule, connectionName: (id: string) => string): string {
  const { kind, threshold, percent, seconds, connection_id, entity_type, source_system, sync_id } = rule;
  const has = KINDS[kind];
  const length = seconds === null ? null : durationOf(seconds);
  const parts = [
    has.threshold && threshold !== null && `${has.threshold.toLowerCase()}: ${threshold}`,
    has.percent && percent !== null && `${has.percent.toLowerCase()}: ${percent} %`,
    has.seconds &&
      length &&
      `${has.seconds.toLowerCase()} ${length.amount} ${length.amount === '1' ? length.unit.slice(0, -1) : length.unit}`,
    entity_type && `of ${entity_type}`,
    connection_id && `of ${connectionName(connection_id)}`,
    source_system && `reported by ${source_system}`,
    sync_id && `of the sync ${sync_id}`,
  ].filter((part) => typeof part === 'string');
  return [has.name, ...parts].join(', ');
}
