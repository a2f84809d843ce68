import type { Connection } from '@sync-operations/client';
import { Link } from 'wouter';
import { connectionPath } from '../app/location.ts';
import { Breakable } from '../ui/breakable.tsx';
import { Time } from '../ui/time.tsx';
import { ConnectionStatusBadge } from './connection.facts.tsx';
import { useAllSchedules, useConnectors } from './connection.queries.ts';
import { OpenConflicts } from './open.conflicts.tsx';

interface Props {
  readonly connection: Connection;
}

export function ConnectionRow({ connection }: Props) {
  const { id, name, system, base_url, version, status, last_checked_at, last_error } = connection;
  const title = useConnectors().data?.find((connector) => connector.system === system)?.title ?? system;
  return (
    <tr>
      <td data-label="Name">
        <Link href={connectionPath(id)} className="conn-name break">
          {name}
        </Link>
      </td>
      <td data-label="System">
        <span>
          {title} {version && <span className="muted">{version}</span>}
        </span>
      </td>
      <td data-label="Address">
        <span className="break">
          <Breakable text={base_url} />
        </span>
      </td>
      <td data-label="Status">
        <div className="conn-status">
          <span className="row">
            <ConnectionStatusBadge status={status} />
            {last_checked_at && (
              <span className="muted small">
                <Time at={last_checked_at} />
              </span>
            )}
          </span>
          <OpenConflicts connectionId={id} />
          {status === 'failing' && last_error && <span className="bad small break">{last_error}</span>}
        </div>
      </td>
      <td data-label="Next sync">
        <NextRun id={id} />
      </td>
    </tr>
  );
}

function NextRun({ id }: { readonly id: string }) {
  const { data: all } = useAllSchedules();
  const data = all?.filter(({ connection_id, destination }) => connection_id === id || destination === id);
  const next = data?.flatMap(({ next_run_at }) => next_run_at ?? []).sort()[0];
  if (!data) return <span className="muted">…</span>;
  if (next) return <Time at={next} />;
  return <span className="muted">{data.length > 0 ? 'schedules paused' : 'no schedule'}</span>;
}
