import type { ReactNode } from 'react';
import { count, duration } from '../ui/format.ts';
import type { TrendNumbers } from './trends.series.ts';

/** The totals of the period. */
export function TrendsNumbers({ numbers }: { readonly numbers: TrendNumbers }) {
  const { completed, conflicted, failed, records, success, averageSeconds, longestSeconds } = numbers;
  return (
    <dl className="trends-numbers">
      <Figure name="Completed syncs" note={failed === 0 ? 'none failed' : `${count(failed)} failed or timed out`}>
        {count(completed)}
        {conflicted > 0 && <span className="trends-conflicts"> {count(conflicted)} with conflicts</span>}
      </Figure>
      <Figure name="Completed share" note="without cancelled syncs">
        {success === null ? '–' : share(success)}
      </Figure>
      <Figure name="Records" note="in completed syncs">
        {count(records)}
      </Figure>
      <Figure name="Average duration" note={longestSeconds === null ? '' : `longest ${duration(longestSeconds)}`}>
        {duration(averageSeconds)}
      </Figure>
    </dl>
  );
}

/** 98.5%; 100 only when none failed. */
const share = (of: number): string => `${of === 1 ? 100 : (Math.floor(of * 1000) / 10).toFixed(1)}%`;

function Figure({
  name,
  note,
  children,
}: {
  readonly name: string;
  readonly note: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="card">
      <dt className="muted small">{name}</dt>
      <dd>
        <span className="trends-figure">{children}</span>
        <span className="muted small">{note}</span>
      </dd>
    </div>
  );
}
