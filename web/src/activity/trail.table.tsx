import type { Activity, ActivityPage } from '@sync-operations/client';
import { memo, useId, useState } from 'react';
import { messageOf } from '../sync/reported.failures.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { Breakable } from '../ui/breakable.tsx';
import { capitalized, count, duration } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Time } from '../ui/time.tsx';
import { activityText, conflictsOf } from './activity.text.ts';
import { EntryDetails } from './entry.details.tsx';
import './trail.css';

/** One tbody for each page: loaded pages do not render again when more are added, and the browser skips those out of view. */
export function TrailTable({ pages }: { readonly pages: readonly ActivityPage[] }) {
  return (
    <div className="trail-room">
      <table className="trail">
        <caption className="visually-hidden">Audit trail, newest first</caption>
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

/** One entry. Its button opens the details below it. */
function TrailRow({ entry }: { readonly entry: Activity }) {
  const [isOpen, setOpen] = useState(false);
  const details = useId();
  const message = messageOf(entry);
  const about = entry.entity_type
    ? `${capitalized(entry.entity_type)}${entry.source_system ? ` from ${entry.source_system}` : ''}`
    : entry.source_system;
  return (
    <>
      <tr>
        <td className="trail-time">
          <Time at={entry.created_at} absolute />
        </td>
        <td className="trail-what">
          <button
            type="button"
            className="trail-open"
            aria-expanded={isOpen}
            aria-controls={isOpen ? details : undefined}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="right" />
            <span className="break">{activityText(entry)}</span>
          </button>
          {about && <p className="muted small trail-line">{about}</p>}
          {message && !isOpen && <p className="bad small trail-line">{message}</p>}
        </td>
        <td className="trail-status">
          <StatusBadge status={entry.status} conflicts={conflictsOf(entry)} />
        </td>
        <td className="num trail-records">{entry.record_count !== null && <span>{count(entry.record_count)}</span>}</td>
        <td className="num trail-took">{entry.duration_seconds !== null && duration(entry.duration_seconds)}</td>
        <td className="break trail-user">{entry.user_id && <Breakable text={entry.user_id} />}</td>
      </tr>
      {isOpen && (
        <tr className="trail-details" id={details}>
          <td colSpan={6}>
            <EntryDetails entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}
