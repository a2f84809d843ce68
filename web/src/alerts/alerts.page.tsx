import type { Alert } from '@sync-operations/client';
import { serverNow } from '../api/server.clock.ts';
import { useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { LoadMore, ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { AlertItem } from './alert.item.tsx';
import { useAlert, useAlerts, useRules } from './alert.queries.ts';
import { isSeenTo } from './alert.state.ts';
import { RulesCard } from './rules.card.tsx';
import './alerts.css';

const PARAMETERS = ['alert'] as const;

/** What is wrong now, what is watched, and what was wrong before. */
export default function AlertsPage() {
  const [{ alert: linked }] = useParameters(PARAMETERS);
  return (
    <>
      <PageHeader title="Alerts">
        What your rules found wrong. Each change is told once: when an alert opens, when it stays open, when it is
        resolved.
      </PageHeader>
      <div className="stack">
        {linked && <LinkedAlert id={linked} />}
        <AlertsCard state="open" />
        <RulesCard />
        <AlertsCard state="resolved" />
      </div>
    </>
  );
}

/** A message leads to one alert, which may be past by now. */
function LinkedAlert({ id }: { readonly id: string }) {
  const { data, error, refetch } = useAlert(id);
  return (
    <Card title="The alert of the message">
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={3} />}
      {data && (
        <ul className="alert-list">
          <AlertItem alert={data} />
        </ul>
      )}
    </Card>
  );
}

function AlertsCard({ state }: { readonly state: 'open' | 'resolved' }) {
  const list = useAlerts(state);
  const { data, error, refetch } = list;
  const hasRules = useRules().data?.some(({ enabled }) => enabled) ?? true;
  const alerts = data?.pages.flatMap(({ items }) => items);
  // What needs a person stands apart from what somebody has seen to, as the overview counts it.
  const isSeen = (alert: Alert) => state === 'open' && isSeenTo(alert, serverNow());
  const [open, seen] = [alerts?.filter((alert) => !isSeen(alert)), alerts?.filter(isSeen)];
  const none =
    state === 'resolved' ? 'None in the last 90 days.' : hasRules ? 'Nothing is wrong.' : 'Nothing is watched.';
  return (
    <Card title={state === 'open' ? 'Open' : 'Past'}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!alerts && !error && <Skeleton lines={3} />}
      {alerts?.length === 0 && <p className="muted">{none}</p>}
      {open && <AlertList name={state === 'open' ? 'Open alerts' : 'Past alerts'} alerts={open} />}
      {seen && seen.length > 0 && <h3>Acknowledged or muted</h3>}
      {seen && <AlertList name="Acknowledged or muted alerts" alerts={seen} />}
      {/* Of two lists on a page only the last one may load by itself. */}
      {state === 'open' ? <ShowMore list={list} /> : <LoadMore list={list} />}
    </Card>
  );
}

function AlertList({ name, alerts }: { readonly name: string; readonly alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <ul className="alert-list" aria-label={name}>
      {alerts.map((alert) => (
        <AlertItem key={alert.id} alert={alert} />
      ))}
    </ul>
  );
}
