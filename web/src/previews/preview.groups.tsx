import { type ChangeGroup, listChangeGroups } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { previewPath } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { valueText } from './value.text.ts';
import '../ui/button.css';
import './changes.css';

/** From so many changes on, groups say more than a list. */
export const GROUPED_FROM = 100;

const KINDS: Readonly<Record<ChangeGroup['kind'], string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  unbind: 'unlinked',
  conflict: 'in conflict',
};

interface Props {
  readonly cacheKey: string;
  /** In the key of the query, so that a newer preview under the same cache key is read anew. */
  readonly syncId: string;
}

/** How many items change by kind and field, with the first few of each. */
export function PreviewGroups({ cacheKey, syncId }: Props) {
  const { orgId, client } = useOrganization();
  const { data, error, refetch } = useQuery({
    queryKey: [orgId, 'previews', cacheKey, 'groups', syncId],
    queryFn: () => unwrap(listChangeGroups({ client, path: { cache_key: cacheKey } })),
  });
  return (
    <Card title="By kind and field" region>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={5} />}
      {data && (
        <ul className="change-groups" aria-label="Groups of changes">
          {data.items.map((group) => (
            <Group key={`${group.kind} ${group.field}`} group={group} cacheKey={cacheKey} />
          ))}
        </ul>
      )}
      {data && !data.is_complete && (
        <p className="muted small">Of the first 50,000 changes. The export has all of them.</p>
      )}
    </Card>
  );
}

function Group({
  group: { kind, field, count: many, samples },
  cacheKey,
}: {
  readonly group: ChangeGroup;
  readonly cacheKey: string;
}) {
  const items = many === 1 ? '1 item' : `${count(many)} items`;
  return (
    <li>
      <p className="row between">
        <span className="break">
          {field ? (
            <>
              <strong>{field}</strong> of {items} {KINDS[kind]}
            </>
          ) : (
            <>
              <strong>{items}</strong> {KINDS[kind]}
            </>
          )}
        </span>
        <Link
          href={`${previewPath(cacheKey)}?kind=${kind}`}
          className="small"
          aria-label={`List what is ${KINDS[kind]}${field ? `, as ${field}` : ''}`}
        >
          List
        </Link>
      </p>
      {field && (
        <p className="muted small break">
          {samples
            .map(({ external_id, old, new: next }) => `${external_id}: ${shown(old)} → ${shown(next)}`)
            .join(' · ')}
          {many > samples.length && ' · …'}
        </p>
      )}
    </li>
  );
}

const LONGEST = 60;

function shown(value: unknown): string {
  const text = valueText(value) || 'empty';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

/** Downloads every change. A download cannot send headers, so the organization is a query parameter. */
export function ChangeExport({ cacheKey }: Pick<Props, 'cacheKey'>) {
  const { orgId } = useOrganization();
  return (['csv', 'ndjson'] as const).map((format) => (
    <a
      key={format}
      className="button button-small"
      href={`/api/sync/previews/${encodeURIComponent(cacheKey)}/changes/export?${new URLSearchParams({ orgId, format })}`}
      download
      aria-label={`Export all changes as ${format.toUpperCase()}`}
    >
      <Icon name="download" /> {format.toUpperCase()}
    </a>
  ));
}
