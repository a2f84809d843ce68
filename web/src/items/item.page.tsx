import { type HistoryEntry, type ItemHistoryData, itemHistory } from '@sync-operations/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath, useParameters } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { FieldDiff } from '../previews/field.diff.tsx';
import { Card } from '../ui/card.tsx';
import { capitalized } from '../ui/format.ts';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { Time } from '../ui/time.tsx';
import { entryText } from './entry.text.ts';
import '../sync/sync.timeline.css';

const PARAMETERS = ['entity_type', 'external_id', 'connection_id'] as const;

/** All that syncs did with one item, the newest first. */
export default function ItemPage() {
  const [{ entity_type = 'customer', external_id = '', connection_id }] = useParameters(PARAMETERS);
  const { orgId, client } = useOrganization();
  const history = useInfiniteQuery({
    queryKey: [orgId, 'item', entity_type, external_id, connection_id],
    queryFn: ({ pageParam }) => {
      const query = { entity_type, external_id, ...(connection_id && { connection_id }) };
      const page = { ...query, ...(pageParam && { cursor: pageParam }) } as ItemHistoryData['query'];
      return unwrap(itemHistory({ client, query: page }));
    },
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const entries = history.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title={`${capitalized(entity_type)} ${external_id}`}>
        <Identities identities={history.data?.pages[0]?.identities ?? []} />
      </PageHeader>
      <Card title="What became of it">
        {history.isPending && <Skeleton lines={6} />}
        {history.isError && <ErrorNote error={history.error} onRetry={() => void history.refetch()} />}
        {entries?.length === 0 && (
          <p className="muted">
            No sync has changed it lately, and none has failed to. Syncs that left it as it was are not listed.
          </p>
        )}
        {entries && entries.length > 0 && (
          <ol className="timeline" aria-label="History">
            {entries.map((entry) => (
              <Entry key={`${entry.at} ${entry.sync_id} ${entry.external_id} ${entry.event}`} entry={entry} />
            ))}
          </ol>
        )}
        <ShowMore
          hasMore={history.hasNextPage}
          loading={history.isFetchingNextPage}
          onMore={() => void history.fetchNextPage()}
        />
      </Card>
    </>
  );
}

interface Identity {
  readonly connection_id: string | null;
  readonly external_id: string;
}

/** Its ids, system by system. */
function Identities({ identities }: { readonly identities: readonly Identity[] }) {
  const nameOf = useConnectionName();
  const known = identities.filter((one): one is Identity & { connection_id: string } => one.connection_id !== null);
  return (
    <p className="break">{known.map((one) => `${one.external_id} in ${nameOf(one.connection_id)}`).join(' · ')}</p>
  );
}

function Entry({ entry }: { readonly entry: HistoryEntry }) {
  const nameOf = useConnectionName();
  const { title, tone, how } = entryText(entry);
  const { at, message, fields, sync_id, event, source_connection_id, destination } = entry;
  const labels =
    event === 'conflict' ? (['At the destination', 'In the source'] as const) : (['Before', 'After'] as const);
  return (
    <li className={`timeline-step timeline-${tone}`}>
      <p className="timeline-title break">
        {title} {destination === 'records' ? 'in the records' : `in ${nameOf(destination)}`}
      </p>
      <p className="muted small break">
        <Time at={at} absolute /> · from {nameOf(source_connection_id)} · <Link href={syncPath(sync_id)}>{how}</Link>
      </p>
      {message && <p className="timeline-quote break">{message}</p>}
      {fields.length > 0 && (
        <FieldDiff fields={fields} name={entry.external_id} labels={labels} isConflict={event === 'conflict'} />
      )}
    </li>
  );
}
