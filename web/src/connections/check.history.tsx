import { listConnectionChecks } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';

/** Shown at first. */
const FIRST = 5;

/** The last checks of a connection, the newest first. */
export function CheckHistory({ connectionId }: { readonly connectionId: string }) {
  const { orgId, client } = useOrganization();
  const [all, setAll] = useState(false);
  const { data, error, refetch } = useQuery({
    // Below the key of the connections, which a check invalidates.
    queryKey: [orgId, 'connections', connectionId, 'checks'],
    queryFn: async () => (await unwrap(listConnectionChecks({ client, path: { connection_id: connectionId } }))).items,
  });
  if (data?.length === 0) return null;
  const shown = all ? data : data?.slice(0, FIRST);
  return (
    <Card title="Checks" region>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={3} />}
      {shown && (
        <ul className="conn-checks" aria-label="Last checks">
          {shown.map(({ at, ok, message, version, took_ms, checked_by }) => (
            <li key={at}>
              <p className="row small">
                <Badge tone={ok ? 'good' : 'bad'}>{ok ? 'passed' : 'failed'}</Badge>
                <Time at={at} absolute />
                <span className="muted">
                  {count(took_ms)} ms{checked_by && `, by ${checked_by}`}
                  {version && `, version ${version}`}
                </span>
              </p>
              {message && <p className="bad small break">{message}</p>}
            </li>
          ))}
        </ul>
      )}
      {data && data.length > FIRST && (
        <div>
          <Button size="small" variant="ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show less' : `Show all ${data.length}`}
          </Button>
        </div>
      )}
    </Card>
  );
}
