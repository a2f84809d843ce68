import { type Difference, listDifferences, type Run } from '@sync-operations/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { useParameters } from '../app/location.ts';
import { FieldDiff } from '../previews/field.diff.tsx';
import { ItemData } from '../previews/item.data.tsx';
import { itemName } from '../previews/value.text.ts';
import { historyOf } from '../sync/sync.text.ts';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { Breakable } from '../ui/breakable.tsx';
import { Chip } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useNow } from '../ui/time.tsx';
import '../sync/sync.items.css';

const PAGE = 20;
const FILTER = ['difference'] as const;
/** How long the service keeps differences after the reconcile was requested. */
const KEPT_HOURS = 48;
const EVERY_MS = 5_000;

const KINDS: readonly { readonly name: Difference['difference']; readonly label: string; readonly tone: BadgeTone }[] =
  [
    { name: 'different', label: 'Different', tone: 'info' },
    { name: 'missing_at_source', label: 'Only at the destination', tone: 'bad' },
    { name: 'missing_at_destination', label: 'Only at the source', tone: 'good' },
    { name: 'not_compared', label: 'Not compared', tone: 'warn' },
  ];

/** Each item that is not equal at both ends, with the two values of its fields. */
export function DifferenceList({ run }: { readonly run: Run }) {
  const { sync_id, created_at, progress } = run;
  const { orgId, client } = useOrganization();
  const isOld = useNow(null) - Date.parse(created_at) > KEPT_HOURS * 3_600_000;
  const [{ difference: wanted }, set] = useParameters(FILTER);
  const difference = KINDS.find(({ name }) => name === wanted)?.name;
  const list = useInfiniteQuery({
    queryKey: [orgId, 'differences', sync_id, progress.completed_at, difference],
    queryFn: ({ pageParam }) =>
      unwrap(
        listDifferences({
          client,
          path: { sync_id },
          query: { limit: PAGE, ...(difference && { difference }), ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: progress.completed_at ? false : EVERY_MS,
    placeholderData: keepPreviousData,
  });
  const found = list.data?.pages.flatMap(({ items }) => items);
  return (
    <Card title="Differences">
      <fieldset className="row item-classes">
        <legend className="visually-hidden">Show only</legend>
        <Chip pressed={!difference} onPress={() => set({ difference: undefined })}>
          All
        </Chip>
        {KINDS.map(({ name, label }) => (
          <Chip key={name} pressed={difference === name} onPress={() => set({ difference: name })}>
            {label}
          </Chip>
        ))}
      </fieldset>
      {list.isPending && <Skeleton lines={4} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {found?.length === 0 && (
        <p className="muted">{isOld ? `Differences are kept for ${KEPT_HOURS} hours.` : 'None.'}</p>
      )}
      {found && found.length > 0 && (
        <ul className="items" aria-label="Differences">
          {found.map((one) => (
            <DifferenceRow key={one.external_id} difference={one} history={historyOf(run, one.external_id)} />
          ))}
        </ul>
      )}
      <ShowMore list={list} />
    </Card>
  );
}

interface RowProps {
  readonly difference: Difference;
  /** The page of the item, where a person links it. */
  readonly history: string;
}

function DifferenceRow({ difference: one, history }: RowProps) {
  const { external_id, destination_id, fields, reason, data } = one;
  const kind = KINDS.find(({ name }) => name === one.difference);
  const name = itemName(data);
  return (
    <li>
      <div className="row">
        <p className="item-name break">
          <span className="visually-hidden">Item </span>
          <Link href={history}>{external_id}</Link>
        </p>
        <Badge tone={kind?.tone}>{kind?.label}</Badge>
        {name && (
          <p className="break">
            <Breakable text={name} />
          </p>
        )}
        {destination_id && <p className="item-tries muted small break">at the destination {destination_id}</p>}
      </div>
      {reason && <p className="break">{reason}</p>}
      {fields.length > 0 && (
        <FieldDiff
          fields={fields.map(({ field, source, destination }) => ({ field, old: destination, new: source }))}
          name={external_id}
          isConflict
        />
      )}
      {data && fields.length === 0 && (
        <details>
          <summary className="small">The whole item</summary>
          <ItemData data={data} />
        </details>
      )}
    </li>
  );
}
