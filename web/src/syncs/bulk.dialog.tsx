import type { SyncListItem } from '@sync-operations/client';
import { organizationOf } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import { BULK, type BulkAction, type Refusals } from './bulk.acts.ts';
import { titleOf } from './sync.row-text.ts';

const many = (value: number): string => (value === 1 ? '1 sync' : `${count(value)} syncs`);

interface Props {
  readonly action: BulkAction;
  readonly syncs: readonly SyncListItem[];
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Names every sync that it hits before anything happens. */
export function BulkDialog({ action, syncs, onClose, onConfirm }: Props) {
  const { verb, what, isDangerous } = BULK[action];
  return (
    <Dialog title={`${verb} ${many(syncs.length)}?`} onClose={onClose} wide>
      <p>{what}</p>
      <Names syncs={syncs.map((sync) => ({ sync }))} />
      <div className="dialog-actions">
        <Button onClick={onClose}>Leave them as they are</Button>
        <Button variant={isDangerous ? 'danger' : 'primary'} onClick={onConfirm}>
          {verb} {many(syncs.length)}
        </Button>
      </div>
    </Dialog>
  );
}

/** Names those that the service refused, whose rows are as they were. */
export function RefusalsDialog({ refusals, onClose }: { readonly refusals: Refusals; readonly onClose: () => void }) {
  const { action, orgId, asked, refused } = refusals;
  // The person may have gone to another organization meanwhile.
  const ofWhich = organizationOf(window.location.pathname)?.orgId === orgId ? '' : ` of ${orgId}`;
  return (
    <Dialog title={`${BULK[action].verb}: not all`} onClose={onClose} wide>
      <Note
        kind="warning"
        title={`${many(asked - refused.length)}${ofWhich} done, ${many(refused.length)} refused and as before:`}
        live
      />
      <Names syncs={refused} />
      <div className="dialog-actions">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

function Names({ syncs }: { readonly syncs: readonly { readonly sync: SyncListItem; readonly reason?: string }[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by the keyboard, too
    <ul className="bulk-names" tabIndex={0} aria-label="The syncs">
      {syncs.map(({ sync, reason }) => (
        <li key={sync.sync_id}>
          <strong className="break">{sync.sync_id}</strong> <span className="muted small">{titleOf(sync)}</span>
          {reason && <p className="bad small">{reason}</p>}
        </li>
      ))}
    </ul>
  );
}
