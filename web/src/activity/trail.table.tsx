import type { ActivityPage } from '@sync-operations/client';
import { memo } from 'react';
import { TrailRow } from './trail.row.tsx';
import './trail.css';

/** One body a page: what was read already is not drawn again when more comes, and the browser skips what is out of sight. */
export function TrailTable({ pages }: { readonly pages: readonly ActivityPage[] }) {
  return (
    <div className="trail-room">
      <table className="trail">
        <caption className="visually-hidden">The trail, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">What happened</th>
            <th scope="col">Status</th>
            <th scope="col" className="num">
              Records
            </th>
            <th scope="col" className="num">
              Took
            </th>
            <th scope="col" className="trail-user">
              User
            </th>
          </tr>
        </thead>
        {pages.map((page) => (
          <PageBody key={page.items[0]?.id} items={page.items} />
        ))}
      </table>
    </div>
  );
}

const PageBody = memo(function PageBody({ items }: Pick<ActivityPage, 'items'>) {
  return (
    <tbody>
      {items.map((entry) => (
        <TrailRow key={entry.id} entry={entry} />
      ))}
    </tbody>
  );
});
