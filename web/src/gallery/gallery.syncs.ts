import type { StreamedSync } from '@sync-operations/react';

/** The clock of the gallery: pictures of it are compared, so that nothing in it depends on when it is opened. */
export const NOW = Date.parse('2026-11-22T14:00:00Z');

const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();

const RUNNING: StreamedSync = {
  ...{ id: 'b3a1c0f4-5a0e-4c39-9d4c-2b8f3e8f6a10', org_id: 'gallery', sync_id: 'running' },
  ...{ entity_type: 'customer', source_system: 'woocommerce', initiated_by: 'ann@ops.example' },
  ...{ total_items: 5_016, processed_count: 3_110, failed_count: 0, current_item: null, workers: null },
  ...{ started_at: at(600), updated_at: at(2), completed_at: null, error_message: null, status: 'running' },
  ...{ cancel_requested: false, pause_requested: false, requested_at: null, requested_by: null },
  ...{ rate_limited_until: null, waiting_reason: null, next_try_at: null, idle_seconds: 0, recent_items: 1_500 },
  ...{ elapsed_seconds: 600, speed_items_per_min: 311, eta_seconds: 368 },
};

const of = (sync_id: string, change: Partial<StreamedSync>): StreamedSync => ({ ...RUNNING, sync_id, ...change });

/** A sync in each state that a card tells apart. */
export const SYNCS: readonly StreamedSync[] = [
  RUNNING,
  of('with-failures', { failed_count: 420 }),
  of('unknown-total', { total_items: null, eta_seconds: null, entity_type: 'order' }),
  of('silent', { updated_at: at(289) }),
  of('put-off', { waiting_reason: 'The shop responded with 503.', next_try_at: at(-300) }),
  of('queued', { status: 'queued', processed_count: 0, speed_items_per_min: null, eta_seconds: null }),
  of('paused', { status: 'paused' }),
  of('pausing', { pause_requested: true }),
  of('cancelling', { cancel_requested: true }),
  of('completed', { status: 'completed', processed_count: 5_016, completed_at: at(5) }),
  of('completed-with-errors', {
    status: 'completed_with_errors',
    processed_count: 4_996,
    failed_count: 20,
    completed_at: at(5),
  }),
  of('failed', {
    status: 'failed',
    completed_at: at(5),
    error_message: 'The shop responded with 401: the key was revoked.',
  }),
  of('timed-out', { status: 'timeout', completed_at: at(5) }),
  of('cancelled', { status: 'cancelled', completed_at: at(5) }),
];
