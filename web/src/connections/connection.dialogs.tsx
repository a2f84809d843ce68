import type { Connection, Connector } from '@sync-operations/client';
import { EditDialog } from './edit.dialog.tsx';
import { RemoveDialog } from './remove.dialog.tsx';
import { RunDialog } from './run.dialog.tsx';

export type OpenDialog = 'run' | 'preview' | 'reconcile' | 'edit' | 'credentials' | 'remove' | null;

interface Props {
  readonly open: OpenDialog;
  readonly connection: Connection;
  readonly connector: Connector;
  readonly onClose: () => void;
  readonly onCheck: () => void;
}

/** The open dialog of the page, if any. */
export function ConnectionDialogs({ open, connection, connector, onClose, onCheck }: Props) {
  const common = { connection, connector, onClose };
  switch (open) {
    case 'run':
    case 'preview':
    case 'reconcile':
      return <RunDialog {...common} kind={open} />;
    case 'edit':
    case 'credentials':
      return <EditDialog {...common} withCredentials={open === 'credentials'} onCheck={onCheck} />;
    case 'remove':
      return <RemoveDialog connection={connection} onClose={onClose} />;
    default:
      return null;
  }
}
