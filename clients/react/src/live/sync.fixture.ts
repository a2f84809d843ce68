import type { Progress } from '@sync-operations/client';
import type { StreamedSync } from './sync.types.ts';

/** Compiles as long as the package's own type has the fields of the service's. */
type Both = StreamedSync & Omit<Progress, 'checkpoint'>;

/** A running sync, a quarter done. */
export function aSync(change: Partial<Both> = {}): Both {
  return {
    id: 'b3a1c0f4-5a0e-4c39-9d4c-2b8f3e8f6a10',
    org_id: 'org-1',
    sync_id: 'sync-1',
    entity_type: 'customer',
    source_system: 'woocommerce',
    total_items: 1000,
    processed_count: 250,
    failed_count: 0,
    current_item: 250,
    initiated_by: 'user-1',
    status: 'running',
    started_at: '2026-11-22T14:00:00.000000+00:00',
    updated_at: '2026-11-22T14:01:00.000000+00:00',
    completed_at: null,
    error_message: null,
    cancel_requested: false,
    pause_requested: false,
    requested_at: null,
    requested_by: null,
    rate_limited_until: null,
    waiting_reason: null,
    next_try_at: null,
    workers: null,
    idle_seconds: 0,
    recent_items: 212.6,
    elapsed_seconds: 60,
    speed_items_per_min: 250,
    eta_seconds: 180,
    ...change,
  };
}
