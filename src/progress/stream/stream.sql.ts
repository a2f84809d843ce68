import type { Statement } from '../../database/database.ts';

/** What an organization looks like now. */
export interface WatchedRow {
  readonly org_id: string;
  /** Names this state; give it back to be told only of another. */
  readonly digest: string;
  /** RFC 3339, by the clock of the database. */
  readonly at: string;
  /** The syncs of the window as JSON texts, one a line; null when the state is the one of the digest that was given. */
  readonly syncs: string | null;
}

/** The function, with its window and digest: src/progress/sql/watch_progress.sql. One row an organization. The digest is what the last look answered; null: none yet. */
export const watchProgress = (watched: readonly { orgId: string; digest: string | null }[]): Statement => ({
  text: 'SELECT org_id, digest, at, syncs FROM app.watch_progress($1, $2)',
  values: [watched.map(({ orgId }) => orgId), watched.map(({ digest }) => digest)],
});
