import type { SlowActivity } from '@sync-operations/client';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { syncPath, useParameters } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { capitalized, count, duration, speed } from '../ui/format.ts';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { useSlow } from './trends.queries.ts';
import './slow.css';

const SHOWN = 8;
const PART = ['part'] as const;

/** Syncs that ran at less than half of their usual speed, slowest first. */
export function SlowSyncs({ from, entityType }: { readonly from: string; readonly entityType: string | undefined }) {
  const slow = useSlow(from, entityType);
  const [{ part }] = useParameters(PART);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (part === 'slow' && !slow.isPending) place.current?.scrollIntoView();
  }, [part, slow.isPending]);
  return (
    <div ref={place}>
      <Card title="Slow syncs" region>
        <p className="muted small">
          Syncs that ran at less than half of the usual speed. The usual speed is the median of at least five syncs of
          the same entity type and source in this period.
        </p>
        {slow.isPending && <Skeleton lines={4} />}
        {slow.isError && <ErrorNote error={slow.error} onRetry={() => void slow.refetch()} />}
        {slow.data?.length === 0 && <p>No slow syncs in this period.</p>}
        {slow.data && slow.data.length > 0 && <SlowList items={slow.data} />}
      </Card>
    </div>
  );
}

function SlowList({ items }: { readonly items: readonly SlowActivity[] }) {
  const [isExpanded, setExpanded] = useState(false);
  const shown = isExpanded ? items : items.slice(0, SHOWN);
  return (
    <>
      <ol className="slow">
        {shown.map((item) => (
          <SlowRow key={`${item.sync_id} ${item.created_at}`} item={item} />
        ))}
      </ol>
      {items.length > SHOWN && !isExpanded && (
        <div>
          <Button size="small" onClick={() => setExpanded(true)}>
            Show all {items.length}
          </Button>
        </div>
      )}
    </>
  );
}

/** One slow sync: its speed beside the usual speed, as bars and numbers. */
function SlowRow({ item }: { readonly item: SlowActivity }) {
  const name = `${capitalized(item.entity_type)} from ${item.source_system}`;
  return (
    <li>
      <div className="slow-name">
        <p className="break">{item.sync_id ? <Link href={syncPath(item.sync_id)}>{name}</Link> : name}</p>
        <p className="muted small">
          <Time at={item.created_at} absolute /> · {count(item.record_count)}{' '}
          {item.record_count === 1 ? 'record' : 'records'} in {duration(item.duration_seconds)}
        </p>
      </div>
      <dl className="slow-speeds small">
        <Speed name="This sync" share={item.ratio} perMinute={item.items_per_min} className="slow-this" />
        <Speed name="Usual" share={1} perMinute={item.usual_items_per_min} className="slow-usual" />
      </dl>
      <p className="slow-ratio">
        {percent(item.ratio)} <span className="muted small">of usual</span>
      </p>
    </li>
  );
}

const percent = (share: number): string => `${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)}%`;

interface SpeedProps {
  readonly name: string;
  /** Share of the usual speed, which takes the full width. */
  readonly share: number;
  readonly perMinute: number;
  readonly className: string;
}

const Speed = ({ name, share, perMinute, className }: SpeedProps) => (
  <div>
    <dt className="muted">{name}</dt>
    <dd>
      <span className="slow-track" aria-hidden="true">
        <span className={className} style={{ width: `${share * 100}%` }} />
      </span>
      <span className="slow-number">{speed(perMinute)}</span>
    </dd>
  </div>
);
