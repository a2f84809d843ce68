import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import './note.css';

const ICONS = { info: 'info', good: 'check', warning: 'alert', error: 'alert' } as const satisfies Record<
  string,
  IconName
>;

interface Props {
  readonly kind?: keyof typeof ICONS;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** Read out when it appears; for what answers something the reader did. */
  readonly live?: boolean;
}

/** Something to know before going on. */
export function Note({ kind = 'info', title, children, live = false }: Props) {
  return (
    <div className={`note note-${kind}`} role={live ? (kind === 'error' ? 'alert' : 'status') : undefined}>
      <Icon name={ICONS[kind]} />
      <div className="stack-tight">
        <p className="note-title break">{title}</p>
        {children}
      </div>
    </div>
  );
}
