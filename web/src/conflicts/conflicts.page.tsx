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
import { TabLinks } from '../ui/tab-links.tsx';
import { Time } from '../ui/time.tsx';
import { ConflictExport } from './conflict.export.tsx';
import { CONFLICT_PARAMETERS, ConflictFilters, type ConflictParameters } from './conflict.filters.tsx';

type Query = NonNullable<ListConflictsData['query']>;

const KINDS = {
  conflict: {
    title: 'Conflicts',
    about:
      'Items that syncs left alone until somebody decides. Change one side so that both are alike, and the next sync takes it off this list.',
    none: 'No open conflicts',
    noMatch: 'No conflict matches these filters',
    what: 'Whatever syncs find that both sides have changed is listed here.',
    found: 'found',
    by: 'The sync that found it',
  },
  failure: {
    title: 'Failing items',
    about:
      'Items whose last try failed. They are tried again with the next sync, which takes those that succeed off this list.',
    none: 'No item fails',
    noMatch: 'No failing item matches these filters',
    what: 'Whatever fails in a sync is listed here until a sync gets through with it.',
    found: 'failed',
    by: 'The sync that failed with it',
  },
} as const;
type Texts = (typeof KINDS)[keyof typeof KINDS];

/** What a person must decide, or what fails, over all syncs, with what both sides have. */
export default function ConflictsPage() {
  const { orgId, client } = useOrganization();
  const [parameters, change] = useParameters(CONFLICT_PARAMETERS);
  const filters = parameters as Query;
  const texts: Texts = KINDS[filters.kind === 'failure' ? 'failure' : 'conflict'];
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
      <PageHeader title={texts.title} actions={<ConflictExport orgId={orgId} filters={parameters} />}>
        {texts.about}
      </PageHeader>
      <TabLinks
        name="What is left open"
        tabs={[
          { href: '/conflicts', current: filters.kind !== 'failure', label: KINDS.conflict.title },
          { href: '/conflicts?kind=failure', current: filters.kind === 'failure', label: KINDS.failure.title },
        ]}
      />
      <ConflictFilters parameters={parameters} onChange={change} />
      {list.isPending && <Skeleton lines={8} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {conflicts?.length === 0 && !list.hasNextPage && (
        <Empty title={isFiltered(parameters) ? texts.noMatch : texts.none}>
          <p className="muted">{texts.what}</p>
        </Empty>
      )}
      <div className="stack">
        {conflicts?.map((conflict) => (
          <ConflictCard key={keyOf(conflict)} conflict={conflict} texts={texts} />
        ))}
      </div>
      <LoadMore list={list} />
    </>
  );
}

const isFiltered = ({ kind: _, ...filters }: ConflictParameters): boolean => Object.keys(filters).length > 0;

const keyOf = ({ entity_type, external_id, source_connection_id, destination_connection_id }: Conflict): string =>
  [entity_type, external_id, source_connection_id, destination_connection_id].join(' ');

function ConflictCard({ conflict, texts }: { readonly conflict: Conflict; readonly texts: Texts }) {
  const { entity_type, external_id, source_connection_id, destination_id, sync_id } = conflict;
  const name = `${capitalized(entity_type)} ${external_id}`;
  const item = itemPath({ entity_type, external_id, connection_id: source_connection_id });
  const fields = conflict.fields.map(({ field, source, destination }) => ({ field, old: destination, new: source }));
  return (
    <Card
      title={
        <Link href={item} className="break">
          {name}
        </Link>
      }
      actions={
        <span className="muted small">
          {texts.found} <Time at={conflict.found_at} />
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
      <p className="row small">
        {conflict.error_class === 'ambiguous_match' && <Link href={item}>Decide which entry it is</Link>}
        {sync_id && <Link href={syncPath(sync_id)}>{texts.by}</Link>}
      </p>
    </Card>
  );
}
