import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { ChangeTokens, Run } from './run.types.ts';

/** What a request to apply a preview says about the run. `destination_connection_id` null: the records. */
export interface PreviewToApply {
  /** Its cache key, or the id of the sync that computed it. */
  readonly preview: string;
  readonly source_connection_id: string;
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
}

export interface FoundRunPreview {
  /** The run that computed it. */
  readonly run: Run;
  /** Why the delete guard would refuse its deletes, in one sentence; null when it would not. */
  readonly guard: string | null;
}

/**
 * How runs find and publish previews. Runs own this interface; src/previews, which is above them, implements it and provides it
 * globally, so that no import points upward.
 */
export abstract class RunPreviews {
  /**
   * By our own database alone. Throws not-found, conflict (not ready yet), stale-preview (replaced by a newer one), invalid-request
   * (computed for another source, destination or entity type).
   */
  abstract find(wanted: PreviewToApply): Promise<FoundRunPreview>;

  /** Asks both systems. Throws stale-preview when one has changed, unavailable when one does not answer. */
  abstract assertFresh(preview: string): Promise<void>;

  /** Makes what a preview's run found available; in the transaction of the run's end. */
  abstract publish(run: Run, tokens: ChangeTokens, guard: (deletes: number) => string | null): Promise<void>;

  /** RFC 3339: until when the changes of a run are kept. */
  abstract changesExpireAt(run: Run): string;
}
