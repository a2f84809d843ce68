import type { OverviewHour } from '@sync-operations/client';
import { Link } from 'wouter';
import { dayFigures, dayOf } from './overview.text.ts';

interface Props {
  readonly name: string;
  readonly since: string;
  readonly hours: readonly OverviewHour[];
  /** The query of its syncs in the list of all. */
  readonly list: Readonly<Record<string, string>>;
}

/** The last 24 hours, a bar an hour, red where something failed, amber where conflicts were met. Below stand its figures, each a link to its list. */
export function DayStrip({ name, since, hours, list }: Props) {
  const day = dayOf(since, hours);
  const most = Math.max(...day.map(({ sync_count }) => sync_count), 1);
  return (
    <div className="day-strip">
      <svg viewBox="0 0 96 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {day.map(({ hour, sync_count, failed_count, conflict_count }, index) => {
          const height = sync_count === 0 ? 2 : 6 + (18 * sync_count) / most;
          const state =
            failed_count > 0 ? 'failed' : conflict_count > 0 ? 'conflict' : sync_count > 0 ? 'done' : 'none';
          return <rect key={hour} className={`day-${state}`} x={index * 4} y={24 - height} width={3} height={height} />;
        })}
      </svg>
      <ul className="day-figures">
        {dayFigures(day, list).map(({ text, href }) => (
          <li key={text}>
            <Link href={href} aria-label={`${name}: ${text}`}>
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
