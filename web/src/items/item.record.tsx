import { ItemData } from '../previews/item.data.tsx';
import { Card } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { type ItemName, type PlacedIdentity, useRecord } from './item.queries.ts';

interface Props {
  readonly item: ItemName;
  readonly identities: readonly PlacedIdentity[];
}

/** The canonical record: the item as every system would have it. */
export function ItemRecord({ item: { entity_type }, identities }: Props) {
  const { data, error, isLoading, refetch } = useRecord(entity_type, identities);
  return (
    <Card title="The record" region>
      {isLoading && <Skeleton lines={5} />}
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !isLoading && !error && <p className="muted">No copy of it is kept here: no sync has read it.</p>}
      {data && (
        <>
          {data.deleted_at && (
            <Note kind="warning" title="It is deleted in its system">
              <p>
                A sync found that <Time at={data.deleted_at} />. This is how it was last.
              </p>
            </Note>
          )}
          <ItemData data={data.data} />
          <p className="muted small">
            Changed here <Time at={data.updated_at} />
          </p>
        </>
      )}
    </Card>
  );
}
