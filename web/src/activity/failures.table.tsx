import type { ActivityError } from '@sync-operations/client';
import { Link } from 'wouter';
import { syncPath } from '../app/location.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { capitalized, count } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import { type ActivityParameters, activityPath } from './activity.filters.ts';
import '../ui/table.css';
import './activity.css';

/** In characters. A longer message does not fit in a URL; its link then shows all entries of the same type and status. */
const MAX_MESSAGE_IN_URL = 2_000;

interface Props {
  readonly items: readonly ActivityError[];
  readonly parameters: ActivityParameters;
}

/** One row for each message, the most frequent first. */
export function FailuresTable({ items, parameters }: Props) {
  return (
    <Card className="failures">
      <table className="table table-cards failures-table">
        <caption className="visually-hidden">Failures by message, most frequent first</caption>
        <thead>
          <tr>
            <th scope="col">Message</th>
            <th scope="col" className="num">
              Entries
            </th>
            <th scope="col" className="num">
              Syncs
            </th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {items.map((group) => (
            <Group
              key={`${group.entity_type} ${group.status} ${group.error_message}`}
              group={group}
              parameters={parameters}
            />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Group({ group, parameters }: { readonly group: ActivityError; readonly parameters: ActivityParameters }) {
  const { error_message, error_class, entity_type, status, last_sync_id } = group;
  const { days, from, to } = parameters;
  // The failed items of runs are no entries of the trail: they stand on the page of their sync.
  const items =
    error_class && last_sync_id
      ? `${syncPath(last_sync_id)}?${new URLSearchParams({ outcome: 'failed', error_class })}`
      : null;
  const entries = activityPath({
    ...(days && { days }),
    ...(from && { from }),
    ...(to && { to }),
    status,
    ...(entity_type && { entity_type }),
    ...(error_message.length <= MAX_MESSAGE_IN_URL && { error_message }),
  });
  return (
    <tr>
      <td className="failures-message">
        <Link href={items ?? entries}>{error_message}</Link>
        <p className="row muted small">
          <StatusBadge status={status} />
          {error_class && <code>{error_class}</code>}
          {entity_type && capitalized(entity_type)}
          {last_sync_id && (
            <span className="failures-sync">
              Last in{' '}
              <Link href={syncPath(last_sync_id)} className="mono">
                {last_sync_id}
              </Link>
            </span>
          )}
        </p>
      </td>
      <td className="num" data-label="Entries">
        {count(group.error_count)}
      </td>
      <td className="num" data-label="Syncs">
        {count(group.sync_count)}
      </td>
      <td data-label="First">
        <Time at={group.first_at} />
      </td>
      <td data-label="Last">
        <Time at={group.last_at} />
      </td>
    </tr>
  );
}
