import { type Conflict, type ListConflictsData, listConflicts } from '@sync-operations/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { itemPath, syncPath, useParameters } from '../app/location.ts';
import { FieldDiff } from '../previews/field.diff.tsx';
import { Card, Empty } from '../ui/card.tsx';
import { capitalized } from '../ui/format.ts';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { Time } from '../ui/time.tsx';
import { ConflictExport } from './conflict.export.tsx';
import { CONFLICT_PARAMETERS, ConflictFilters } from './conflict.filters.tsx';

type Query = NonNullable<ListConflictsData['query']>;

/** What a person must decide, over all syncs, with what both sides have. */
export default function ConflictsPage() {
  const { orgId, client } = useOrganization();
  const [parameters, change] = useParameters(CONFLICT_PARAMETERS);
  const filters = parameters as Query;
  const list = useInfiniteQuery({
    queryKey: [orgId, 'conflicts', filters],
    queryFn: ({ pageParam }) =>
      unwrap(listConflicts({ client, query: { ...filters, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const conflicts = list.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title="Conflicts" actions={<ConflictExport orgId={orgId} filters={parameters} />}>
        Items that syncs left alone until somebody decides. Change one side so that both are alike, and the next sync
        takes it off this list.
      </PageHeader>
      <ConflictFilters parameters={parameters} onChange={change} />
      {list.isPending && <Skeleton lines={8} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {conflicts?.length === 0 && !list.hasNextPage && (
        <Empty title={Object.keys(parameters).length > 0 ? 'No conflict matches these filters' : 'No open conflicts'}>
          <p className="muted">Whatever syncs find that both sides have changed is listed here.</p>
        </Empty>
      )}
      <div className="stack">
        {conflicts?.map((conflict) => (
          <ConflictCard key={keyOf(conflict)} conflict={conflict} />
        ))}
      </div>
      <LoadMore list={list} />
    </>
  );
}

const keyOf = ({ entity_type, external_id, source_connection_id, destination_connection_id }: Conflict): string =>
  [entity_type, external_id, source_connection_id, destination_connection_id].join(' ');

function ConflictCard({ conflict }: { readonly conflict: Conflict }) {
  const { entity_type, external_id, source_connection_id, destination_id, sync_id } = conflict;
  const name = `${capitalized(entity_type)} ${external_id}`;
  const fields = conflict.fields.map(({ field, source, destination }) => ({ field, old: destination, new: source }));
  return (
    <Card
      title={
        <Link href={itemPath({ entity_type, external_id, connection_id: source_connection_id })} className="break">
          {name}
        </Link>
      }
      actions={
        <span className="muted small">
          found <Time at={conflict.found_at} />
        </span>
      }
    >
      <p className="break">
        {conflict.source_name} → {conflict.destination_name}
        {destination_id && ` (${destination_id})`}: {conflict.message}
      </p>
      {fields.length > 0 && (
        <FieldDiff
          fields={fields}
          name={name}
          isConflict
          labels={[`In ${conflict.destination_name}`, `In ${conflict.source_name}`]}
        />
      )}
      {sync_id && (
        <p className="small">
          <Link href={syncPath(sync_id)}>The sync that found it</Link>
        </p>
      )}
    </Card>
  );
}
