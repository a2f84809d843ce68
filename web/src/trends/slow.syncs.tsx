import { useState } from 'react';
import type { SlowActivity } from '../../../clients/typescript/src/index.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { SlowRow } from './slow.row.tsx';
import { useSlow } from './trends.queries.ts';
import './slow.css';

const SHOWN = 8;

/** Syncs that ran at less than half the speed that is usual for their kind, the slowest for their kind first. */
export function SlowSyncs({ from, entityType }: { readonly from: string; readonly entityType: string | undefined }) {
  const slow = useSlow(from, entityType);
  return (
    <Card title="Slow syncs">
      <p className="muted small">
        Completed at less than half of the usual speed: the median of the same entity type and source in this period, of
        five syncs or more.
      </p>
      {slow.isPending && <Skeleton lines={4} />}
      {slow.isError && <ErrorNote error={slow.error} onRetry={() => void slow.refetch()} />}
      {slow.data?.length === 0 && <p>None was slow in this period.</p>}
      {slow.data && slow.data.length > 0 && <SlowList items={slow.data} />}
    </Card>
  );
}

function SlowList({ items }: { readonly items: readonly SlowActivity[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? items : items.slice(0, SHOWN);
  return (
    <>
      <ol className="slow">
        {shown.map((item) => (
          <SlowRow key={`${item.sync_id} ${item.created_at}`} item={item} />
        ))}
      </ol>
      {items.length > SHOWN && !isWhole && (
        <div>
          <Button size="small" onClick={() => setWhole(true)}>
            Show all {items.length}
          </Button>
        </div>
      )}
    </>
  );
}
