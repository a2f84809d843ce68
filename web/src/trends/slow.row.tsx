import { Link } from 'wouter';
import type { SlowActivity } from '../../../clients/typescript/src/index.ts';
import { syncPath } from '../app/location.ts';
import { capitalized, count, duration, speed } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';

/** One slow sync: its speed beside the usual one, drawn and in numbers. */
export function SlowRow({ item }: { readonly item: SlowActivity }) {
  const name = `${capitalized(item.entity_type)} from ${item.source_system}`;
  return (
    <li>
      <div className="slow-name">
        <p className="break">{item.sync_id ? <Link href={syncPath(item.sync_id)}>{name}</Link> : name}</p>
        <p className="muted small">
          <Time at={item.created_at} absolute /> · {count(item.record_count)} records in{' '}
          {duration(item.duration_seconds)}
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
  /** Of the usual speed, which is as wide as there is room. */
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
