import type { QuotaUsage } from '@sync-operations/client';

/** What each quota counts, for people. */
export const QUOTA_TEXTS: Readonly<Record<QuotaUsage['name'], string>> = {
  active_syncs: 'Active syncs',
  connections: 'Connections',
  schedules: 'Schedules',
  webhook_endpoints: 'Webhook endpoints',
  alert_rules: 'Alert rules',
  keys: 'Keys',
  members: 'Members',
  erasures: 'Erasures at work',
  records: 'Records',
  preview_bytes: 'Previews',
  found_bytes: 'What previews and comparisons found',
  change_bytes: 'Changes kept for undo',
  item_bytes: 'Failed and skipped items',
  checkpoint_bytes: 'Checkpoints',
  streams: 'Open live streams',
};

/** What connections need. */
export const QUOTAS_OF_CONNECTIONS: ReadonlySet<QuotaUsage['name']> = new Set([
  'connections',
  'schedules',
  'active_syncs',
  'records',
  'found_bytes',
  'change_bytes',
]);
