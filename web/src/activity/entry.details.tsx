import type { Activity } from '@sync-operations/client';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { messageOf } from '../sync/reported.failures.ts';
import { Breakable } from '../ui/breakable.tsx';
import { activityPath } from './activity.filters.ts';

/** The fields of an entry that its row does not show. */
export function EntryDetails({ entry }: { readonly entry: Activity }) {
  const { sync_id, user_id, details } = entry;
  const message = messageOf(entry);
  return (
    <dl className="entry">
      {message && (
        <div>
          <dt>Message</dt>
          <dd className="entry-message">{message}</dd>
        </div>
      )}
      {sync_id && (
        <div>
          <dt>Sync</dt>
          <dd className="row">
            <Link href={syncPath(sync_id)} className="mono break">
              {sync_id}
            </Link>
            <Link href={activityPath({ sync_id })} className="small">
              All entries of this sync
            </Link>
          </dd>
        </div>
      )}
      {user_id && (
        <div>
          <dt>User</dt>
          <dd className="row">
            <span className="break">
              <Breakable text={user_id} />
            </span>
            <Link href={activityPath({ user_id })} className="small">
              All entries by this user
            </Link>
          </dd>
        </div>
      )}
      <div>
        <dt>Details</dt>
        <dd>
          {details && Object.keys(details).length > 0 ? (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard
            <pre tabIndex={0}>{JSON.stringify(details, null, 2)}</pre>
          ) : (
            <span className="muted">No details.</span>
          )}
        </dd>
      </div>
      <div>
        <dt>Entry</dt>
        <dd className="mono small break">
          {entry.id} at {entry.created_at}
        </dd>
      </div>
    </dl>
  );
}
