import type { HistoryEntry, ItemIdentity } from '@sync-operations/client';
import { Link } from 'wouter';
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
import { EntryActions } from './entry.actions.tsx';
import { entryText } from './entry.text.ts';
import { type ItemName, type PlacedIdentity, useItemHistory } from './item.queries.ts';
import { ItemRecord } from './item.record.tsx';
import { ItemSystems } from './item.systems.tsx';
import '../sync/sync.timeline.css';
import './items.css';

const PARAMETERS = ['entity_type', 'external_id', 'connection_id'] as const;

/** One item's story: what it is, where it is, and all that syncs did with it, with what to do about each. */
export default function ItemPage() {
  const [{ entity_type = 'customer', external_id = '', connection_id }] = useParameters(PARAMETERS);
  const item = { entity_type, external_id, connection_id } as ItemName;
  const history = useItemHistory(item);
  const nameOf = useConnectionName();
  const identities = placed(item, history.data?.pages[0]?.identities ?? []);
  const entries = history.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title={`${capitalized(entity_type)} ${external_id}`}>
        <p className="break">
          {identities.map((one) => `${one.external_id} in ${nameOf(one.connection_id)}`).join(' · ')}
        </p>
      </PageHeader>
      <div className="item-columns">
        <Card title="What became of it" region>
          {history.isPending && <Skeleton lines={6} />}
          {history.isError && <ErrorNote error={history.error} onRetry={() => void history.refetch()} />}
          {entries?.length === 0 && (
            <p className="muted">
              No sync has changed it lately, and none has failed to. Syncs that left it as it was are not listed.
            </p>
          )}
          {entries && entries.length > 0 && (
            <ol className="timeline" aria-label="History">
              {entries.map((entry, n) => (
                <Entry
                  key={`${entry.at} ${entry.sync_id} ${entry.external_id} ${entry.event}`}
                  entry={entry}
                  isLast={n === 0}
                />
              ))}
            </ol>
          )}
          <ShowMore list={history} />
        </Card>
        <div className="stack">
          <ItemSystems item={item} identities={identities} />
          {history.data && <ItemRecord item={item} identities={identities} />}
        </div>
      </div>
    </>
  );
}

/** Its ids in the systems, its own first. Without a connection, the first that has it is meant. */
function placed({ external_id, connection_id }: ItemName, all: readonly ItemIdentity[]): readonly PlacedIdentity[] {
  const known = all.filter((one): one is PlacedIdentity => one.connection_id !== null);
  const isOwn = (one: PlacedIdentity) =>
    one.external_id === external_id && (connection_id === undefined || one.connection_id === connection_id);
  const own = known.find((one) => isOwn(one) && !one.is_bound) ?? known.find(isOwn);
  return own ? [own, ...known.filter((one) => one !== own)] : known;
}

function Entry({ entry, isLast }: { readonly entry: HistoryEntry; readonly isLast: boolean }) {
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
      <EntryActions entry={entry} isLast={isLast} />
    </li>
  );
}
