import type { OverviewHour } from '@sync-operations/client';
import { Link } from 'wouter';
import { dayOf, dayText } from './overview.text.ts';

interface Props {
  readonly name: string;
  readonly since: string;
  readonly hours: readonly OverviewHour[];
  /** The list of its syncs. */
  readonly href: string;
}

/** The last 24 hours, a bar an hour, red where something failed; a link to its syncs. Its figures stand below, for whoever sees no red. */
export function DayStrip({ name, since, hours, href }: Props) {
  const day = dayOf(since, hours);
  const most = Math.max(...day.map(({ sync_count }) => sync_count), 1);
  const text = dayText(day);
  return (
    <Link href={href} className="day-strip" aria-label={`${name}: ${text}`}>
      <svg viewBox="0 0 96 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {day.map(({ hour, sync_count, failed_count, conflict_count }, index) => {
          const height = sync_count === 0 ? 2 : 6 + (18 * sync_count) / most;
          const state =
            failed_count > 0 ? 'failed' : conflict_count > 0 ? 'conflict' : sync_count > 0 ? 'done' : 'none';
          return <rect key={hour} className={`day-${state}`} x={index * 4} y={24 - height} width={3} height={height} />;
        })}
      </svg>
      <span className="day-text">{text}</span>
    </Link>
  );
}
