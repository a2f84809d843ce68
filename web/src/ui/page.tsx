import { type ReactNode, useEffect } from 'react';
import './page-header.css';

interface Props {
  readonly title: string;
  /** Under the title: a sentence on what is seen here, or what it belongs to. */
  readonly children?: ReactNode;
  /** Stands beside the title: a state. */
  readonly badge?: ReactNode;
  readonly actions?: ReactNode;
}

/** The heading of a page, which names the window, too. */
export function PageHeader({ title, children, badge, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Sync Operations`;
  }, [title]);
  return (
    <div className="page-header row between">
      <div className="page-heading">
        <div className="row">
          <h1 className="break">{title}</h1>
          {badge}
        </div>
        {children && <div className="muted">{children}</div>}
      </div>
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}
