import type { SyncListItem } from '@sync-operations/client';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';
import { BULK, type BulkAction } from './bulk.acts.ts';
import { BulkDialog } from './bulk.dialog.tsx';

interface Props {
  readonly selected: readonly SyncListItem[];
  readonly onClear: () => void;
  readonly onRequest: (action: BulkAction, syncs: readonly SyncListItem[]) => void;
}

/** What can be done with the selected syncs, each with how many of them it is for. */
export function BulkBar({ selected, onClear, onRequest }: Props) {
  const [action, setAction] = useState<BulkAction | null>(null);
  if (selected.length === 0) return null;
  return (
    <section className="bulk-bar row" aria-label="Selected syncs">
      <strong>{count(selected.length)} selected</strong>
      {(Object.keys(BULK) as BulkAction[]).map((one) => {
        const many = selected.filter(BULK[one].isFor).length;
        return many === 0 ? null : (
          <Button key={one} size="small" onClick={() => setAction(one)}>
            {BULK[one].verb} {count(many)}
          </Button>
        );
      })}
      <Button size="small" variant="ghost" onClick={onClear}>
        Clear the selection
      </Button>
      {action && (
        <BulkDialog
          action={action}
          syncs={selected.filter(BULK[action].isFor)}
          onClose={() => setAction(null)}
          onConfirm={() => {
            setAction(null);
            onRequest(action, selected.filter(BULK[action].isFor));
          }}
        />
      )}
    </section>
  );
}
