import type { Overview } from '@sync-operations/client';
import { Link } from 'wouter';
import { Card, Empty } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { ConnectionsHealth } from './connection.health.tsx';
import { DayStrip } from './day.strip.tsx';
import { useOverview } from './overview.queries.ts';
import { attentionOf, counted } from './overview.text.ts';
import './overview.css';

/** The first page: what needs a person, what runs, and how each connection stands. Each figure leads to its list. */
export function OverviewPage() {
  const { data, error, refetch } = useOverview();
  return (
    <>
      <PageHeader title="Overview">What needs you, what runs, and how each connection stands.</PageHeader>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={10} />}
      {data && (
        <div className="overview">
          <Attention overview={data} />
          <Now overview={data} />
          {data.connections.length > 0 && <ConnectionsHealth overview={data} />}
          {data.reported.length > 0 && <Reported overview={data} />}
          {data.connections.length === 0 && data.reported.length === 0 && <NothingYet />}
        </div>
      )}
    </>
  );
}

interface Props {
  readonly overview: Overview;
}

function Attention({ overview }: Props) {
  const figures = attentionOf(overview);
  return (
    <Card title="Needs you" className="overview-attention">
      {figures.length === 0 && <p className="muted">Nothing: every sync of the last 24 hours went through.</p>}
      {figures.length > 0 && (
        <ul className="figures">
          {figures.map(({ key, value, label, href, tone }) => (
            <li key={key}>
              <Link href={href} className={`figure figure-${tone}`}>
                <strong>{counted(value)}</strong> <span>{label}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Now({ overview: { now } }: Props) {
  const figures = [
    { value: now.running, label: 'running', href: '/syncs?status=running' },
    { value: now.queued, label: 'queued', href: '/syncs?status=queued' },
    { value: now.paused, label: 'paused', href: '/syncs?status=paused' },
    { value: now.silent, label: 'silent for a minute', href: '/live?state=silent' },
  ];
  return (
    <Card title="Runs now" actions={<Link href="/live">Watch live</Link>} className="overview-now">
      <ul className="figures">
        {figures.map(({ value, label, href }) => (
          <li key={label}>
            <Link href={href} className="figure">
              <strong>{counted(value)}</strong> <span>{label}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The sources whose syncs other services report. */
function Reported({ overview: { reported, since } }: Props) {
  return (
    <Card title="Reported by other services">
      <ul className="health">
        {reported.map(({ source_system, hours }) => (
          <li key={source_system} className="health-row">
            <div className="health-name break">{source_system}</div>
            <DayStrip
              name={source_system}
              since={since}
              hours={hours}
              list={{ kind: 'reported', source_system, from: since }}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function NothingYet() {
  return (
    <Empty title="Nothing is synced yet">
      <p className="muted">
        <Link href="/connections/new">Add a connection</Link> and run a sync, or report the syncs of a service of yours
        over the <a href="/docs">API</a>: the <Link href="/live">live page</Link> shows how.
      </p>
    </Empty>
  );
}
