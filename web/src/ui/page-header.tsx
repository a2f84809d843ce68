import { type ReactNode, useEffect } from 'react';
import './page-header.css';

interface Props {
  readonly title: string;
  /** One sentence: what is seen here. */
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
    <div className="page-header">
      <div className="row between">
        <div className="row">
          <h1 className="break">{title}</h1>
          {badge}
        </div>
        {actions && <div className="row">{actions}</div>}
      </div>
      {children && <p className="muted">{children}</p>}
    </div>
  );
}
