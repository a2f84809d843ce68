import type { Alert } from '@sync-operations/client';
import { useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../api/organization.ts';
import { serverNow } from '../api/server.clock.ts';
import { connectionPath, syncPath } from '../app/location.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { useSay } from './alert.queries.ts';
import { isMuted, isSeenTo } from './alert.state.ts';
import { SayDialog } from './say.dialog.tsx';

type Asked = 'acknowledge' | 'mute' | 'resolve';

/** One alert: what it is, what people said of it, and what can be said. */
export function AlertItem({ alert }: { readonly alert: Alert }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const mayWrite = useMay('control');
  const unmute = useSay(alert.id, 'unmute');
  const now = serverNow();
  const isOpen = alert.resolved_at === null;
  return (
    <li className="alert-item">
      <div className="alert-text">
        <p className="alert-name">
          <Badge tone={isOpen ? (isSeenTo(alert, now) ? 'warn' : 'bad') : 'good'}>{isOpen ? 'open' : 'resolved'}</Badge>
          <strong className="break">{alert.rule_name}</strong>
        </p>
        <p className="break">{alert.summary}</p>
        <p className="muted small">
          Opened <Time at={alert.opened_at} />
          {alert.resolved_at !== null && (
            <>
              , resolved <Time at={alert.resolved_at} />: {alert.resolution}
            </>
          )}
        </p>
        <Said what="Acknowledged" by={alert.acknowledged_by} reason={alert.acknowledged_reason} />
        {isMuted(alert, now) && alert.muted_until && (
          <Said what="Muted" by={alert.muted_by} reason={alert.muted_reason} until={alert.muted_until} />
        )}
        {unmute.error && <ErrorNote error={unmute.error} />}
      </div>
      <div className="row alert-actions">
        {alert.sync_id !== null && <Link href={syncPath(alert.sync_id)}>Show the sync</Link>}
        {alert.sync_id === null && alert.connection_id !== null && (
          <Link href={connectionPath(alert.connection_id)}>Show the connection</Link>
        )}
        {mayWrite && isOpen && (
          <>
            <Button size="small" onClick={() => setAsked('acknowledge')}>
              Acknowledge
            </Button>
            <Button size="small" onClick={() => setAsked('resolve')}>
              Resolve
            </Button>
          </>
        )}
        {mayWrite && isMuted(alert, now) && (
          <Button size="small" busy={unmute.isPending} onClick={() => unmute.mutate(undefined)}>
            Unmute
          </Button>
        )}
        {mayWrite && isOpen && !isMuted(alert, now) && (
          <Button size="small" onClick={() => setAsked('mute')}>
            Mute
          </Button>
        )}
      </div>
      {asked && <SayDialog alert={alert} action={asked} onClose={() => setAsked(null)} />}
    </li>
  );
}

interface SaidProps {
  readonly what: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly until?: string;
}

function Said({ what, by, reason, until }: SaidProps) {
  if (reason === null) return null;
  return (
    <p className="small break">
      {what} by {by}
      {until && (
        <>
          {' '}
          until <Time at={until} absolute />
        </>
      )}
      : {reason}
    </p>
  );
}
