import type { Overview, OverviewConnection } from '@sync-operations/client';
import { Link } from 'wouter';
import { connectionPath } from '../app/location.ts';
import { Badge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { capitalized } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import { DayStrip } from './day.strip.tsx';
import { leadOf, standingOf } from './overview.text.ts';

/** Each connection: how each of its entity types stands, and its last day. What fails stands first. */
export function ConnectionsHealth({ overview }: { readonly overview: Overview }) {
  const troubleOf = ({ status, paused_at, entities }: OverviewConnection) =>
    Number(status === 'failing') * 2 +
    Number(paused_at !== null || entities.some((one) => standingOf(one).tone === 'bad'));
  const connections = overview.connections.toSorted((a, b) => troubleOf(b) - troubleOf(a));
  return (
    <Card title="Connections" actions={<Link href="/connections">All connections</Link>}>
      <ul className="health">
        {connections.map((connection) => (
          <ConnectionHealth key={connection.id} connection={connection} since={overview.since} />
        ))}
      </ul>
    </Card>
  );
}

interface Props {
  readonly connection: OverviewConnection;
  readonly since: string;
}

function ConnectionHealth({
  connection: { id, name, system, status, last_error, paused_at, entities, hours },
  since,
}: Props) {
  return (
    <li className="health-row">
      <div className="health-name">
        <Link href={connectionPath(id)} className="break">
          {name}
        </Link>{' '}
        <span className="muted small">{system}</span>
        {paused_at && (
          <p>
            <Badge tone="warn">paused</Badge>{' '}
            <span className="muted small">
              <Time at={paused_at} />
            </span>
          </p>
        )}
        {status === 'failing' && (
          <p className="bad small break">The last check failed{last_error ? `: ${last_error}` : '.'}</p>
        )}
      </div>
      <ul className="health-entities">
        {entities.length === 0 && <li className="muted small">Nothing is synced yet.</li>}
        {entities.map((entity) => {
          const { text, tone } = standingOf(entity);
          return (
            <li key={entity.entity_type}>
              <Link href={leadOf(id, entity)} aria-label={`${capitalized(entity.entity_type)} of ${name}: ${text}`}>
                {capitalized(entity.entity_type)}
              </Link>{' '}
              <Badge tone={tone}>{text}</Badge>{' '}
              {entity.last_success_at && (
                <span className="muted small">
                  <Time at={entity.last_success_at} />
                </span>
              )}
              {entity.schedule_error && <p className="bad small break">{entity.schedule_error}</p>}
            </li>
          );
        })}
      </ul>
      <DayStrip name={name} since={since} hours={hours} list={{ connection_id: id, from: since }} />
    </li>
  );
}
