import type { SyncListItem } from '@sync-operations/client';
import { useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import { BULK, type BulkAction, type BulkResult, requestAll } from './bulk.requests.ts';
import { titleOf } from './sync.row-text.ts';

interface Props {
  readonly action: BulkAction;
  readonly syncs: readonly SyncListItem[];
  /** `isDone`: it was asked for, not left. */
  readonly onClose: (isDone: boolean) => void;
}

const many = (value: number): string => (value === 1 ? '1 sync' : `${count(value)} syncs`);

/** Names every sync that it hits before anything happens, and afterwards those that the service refused. */
export function BulkDialog({ action, syncs, onClose }: Props) {
  const { client } = useOrganization();
  const { verb, what, isDangerous } = BULK[action];
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<readonly BulkResult[] | null>(null);
  const confirm = async () => {
    setBusy(true);
    const results: BulkResult[] = [];
    await requestAll(
      client,
      action,
      syncs.map(({ sync_id }) => sync_id),
      (result) => results.push(result),
    );
    setBusy(false);
    const failures = results.filter(({ error }) => error !== null);
    if (failures.length === 0) onClose(true);
    else setRefused(failures);
  };
  const left = new Set(refused?.map(({ syncId }) => syncId));
  const shown = refused ? syncs.filter(({ sync_id }) => left.has(sync_id)) : syncs;
  const reasonOf = (syncId: string) => {
    const error = refused?.find((one) => one.syncId === syncId)?.error;
    return error instanceof Error ? error.message : undefined;
  };
  return (
    <Dialog title={`${verb} ${many(syncs.length)}?`} onClose={() => onClose(refused !== null)} wide>
      {refused ? (
        <Note
          kind="warning"
          title={`${many(syncs.length - refused.length)} done, ${many(refused.length)} refused:`}
          live
        />
      ) : (
        <p>{what}</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by the keyboard, too */}
      <ul className="bulk-names" tabIndex={0} aria-label="The syncs">
        {shown.map((sync) => (
          <li key={sync.sync_id}>
            <strong className="break">{sync.sync_id}</strong> <span className="muted small">{titleOf(sync)}</span>
            {reasonOf(sync.sync_id) && <p className="bad small">{reasonOf(sync.sync_id)}</p>}
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <Button onClick={() => onClose(refused !== null)}>{refused ? 'Close' : 'Leave them as they are'}</Button>
        {!refused && (
          <Button variant={isDangerous ? 'danger' : 'primary'} busy={isBusy} onClick={() => void confirm()}>
            {verb} {many(syncs.length)}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
