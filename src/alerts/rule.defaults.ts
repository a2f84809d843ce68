import type { CreateAlertRuleDto } from './dto/rule-requests.dto.ts';

/** What most organizations want to know, for all of their syncs: POST /alert-rules/defaults. docs/alerts.md lists them. */
export const DEFAULT_RULES: readonly CreateAlertRuleDto[] = [
  { name: 'A sync failed', kind: 'failed' },
  { name: 'A sync timed out', kind: 'timeout' },
  { name: 'More than 5 % of the items failed', kind: 'completed_with_errors', percent: 5 },
  { name: 'No successful sync for a day', kind: 'stale', seconds: 86_400 },
  { name: 'The delete guard stopped a sync', kind: 'guard_tripped' },
  { name: 'The check of a connection fails', kind: 'check_failing' },
  { name: 'A shop disabled its webhooks', kind: 'shop_webhook_disabled' },
  { name: 'A sync waits for a rate limit for an hour', kind: 'rate_limited', seconds: 3_600 },
];
