import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Refusals } from '../planning/deletion.guard.ts';
import type { ChangeTokens, Run } from './run.types.ts';

/** The parameters of a request to apply a preview. `destination_connection_id` is null for the records. */
export interface PreviewToApply {
  /** The cache key of the preview, or the id of the sync that computed it. */
  readonly preview: string;
  readonly source_connection_id: string;
  readonly destination_connection_id: string | null;
  readonly entity_type: EntityType;
}

export interface FoundRunPreview {
  /** The run that computed the preview. */
  readonly run: Run;
  /** One sentence that says why the delete guard refuses the deletes. Null when it allows them. */
  readonly guard: string | null;
  /** One sentence that says why one person may not make its deletes, counted with those that other runs made. Null when one may. */
  readonly approval: string | null;
  /** How many items it deletes, and how many it changes in all. */
  readonly size: { readonly deletes: number; readonly changes: number };
}

/**
 * The interface through which runs find and publish previews. The higher layer src/previews implements it and provides it globally, so
 * that src/runs does not import from a higher layer.
 */
export abstract class RunPreviews {
  /**
   * Reads only the database of the service. Throws not-found, conflict (not ready yet), stale-preview (replaced by a newer preview) or
   * invalid-request (computed for another source, destination or entity type).
   */
  abstract find(wanted: PreviewToApply): Promise<FoundRunPreview>;

  /** Asks both systems for a few seconds. Throws stale-preview when one of them says that it has changed. */
  abstract assertFresh(preview: string): Promise<void>;

  /**
   * Publishes the result of a preview's or reconcile's run, with what refuses its deletes. Called in the transaction that ends the run.
   */
  abstract publish(run: Run, tokens: ChangeTokens, refusals: Refusals): Promise<void>;

  /** RFC 3339. Until when the changes of a run are kept. */
  abstract changesExpireAt(run: Run): string;
}
