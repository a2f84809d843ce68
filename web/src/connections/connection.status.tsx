import type { ConnectionStatus } from '@sync-operations/client';
import '../ui/badge.css';

const LOOKS: Readonly<Record<ConnectionStatus, { readonly text: string; readonly kind: string }>> = {
  unchecked: { text: 'not checked', kind: 'neutral' },
  ok: { text: 'works', kind: 'good' },
  failing: { text: 'failing', kind: 'bad' },
};

export function ConnectionStatusBadge({ status }: { readonly status: ConnectionStatus }) {
  const { text, kind } = LOOKS[status];
  return <span className={`badge badge-${kind}`}>{text}</span>;
}
