import type { ApiKey } from '@sync-operations/client';
import { useState } from 'react';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { KeyDialog } from './key.dialog.tsx';
import { useKeys, useRevokeKey } from './settings.queries.ts';

export function KeysCard() {
  const keys = useKeys();
  const [isAdding, setAdding] = useState(false);
  const items = keys.data?.pages.flatMap((page) => page.items);
  const add = (
    <Button size="small" onClick={() => setAdding(true)}>
      <Icon name="plus" /> Make a key
    </Button>
  );
  return (
    <Card title="Keys" actions={add}>
      {keys.error && <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />}
      {!items && !keys.error && <Skeleton lines={3} />}
      {items?.length === 0 && <p className="muted">A key lets a service of yours call this one. There is none yet.</p>}
      {items && items.length > 0 && (
        <ul className="settings-list">
          {items.map((key) => (
            <KeyItem key={key.id} apiKey={key} />
          ))}
        </ul>
      )}
      <ShowMore list={keys} />
      {isAdding && <KeyDialog onClose={() => setAdding(false)} />}
    </Card>
  );
}

function KeyItem({ apiKey }: { readonly apiKey: ApiKey }) {
  const [isRevoking, setRevoking] = useState(false);
  const revoke = useRevokeKey();
  const { id, name, scopes, created_by, created_at, expires_at, revoked_at } = apiKey;
  const isOver = revoked_at !== null || (expires_at !== null && Date.parse(expires_at) <= Date.now());
  return (
    <li className="settings-item">
      <div className="settings-text">
        <p className="row">
          <strong className="break">{name}</strong>
          {isOver && <Badge tone="neutral">{revoked_at ? 'revoked' : 'ended'}</Badge>}
        </p>
        <p className="muted small break">
          {scopes.join(', ')} · made {created_by && `by ${created_by} `}
          <Time at={created_at} />
          {expires_at && !isOver && ` · until ${expires_at.slice(0, 10)}`}
        </p>
      </div>
      {!isOver && (
        <Button size="small" aria-label={`Revoke ${name}`} onClick={() => setRevoking(true)}>
          Revoke
        </Button>
      )}
      {isRevoking && (
        <Dialog title={`Revoke “${name}”?`} onClose={() => setRevoking(false)}>
          <p>Whoever uses it is refused within five seconds. This cannot be undone.</p>
          {revoke.error && <ErrorNote error={revoke.error} />}
          <div className="dialog-actions">
            <Button onClick={() => setRevoking(false)}>Keep it</Button>
            <Button
              variant="danger"
              busy={revoke.isPending}
              onClick={() => revoke.mutate(id, { onSuccess: () => setRevoking(false) })}
            >
              Revoke key
            </Button>
          </div>
        </Dialog>
      )}
    </li>
  );
}
