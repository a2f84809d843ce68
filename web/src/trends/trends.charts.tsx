import { ChartPatterns } from './chart.styles.tsx';
import { DurationChart } from './duration.chart.tsx';
import { RecordsChart } from './records.chart.tsx';
import { SyncsChart } from './syncs.chart.tsx';
import type { Series, TrendDay } from './trends.series.ts';
import './chart.css';

interface Props {
  readonly series: readonly Series[];
  /** Oldest first. */
  readonly days: readonly TrendDay[];
}

export default function TrendsCharts({ series, days }: Props) {
  return (
    <div className="trends-charts">
      <ChartPatterns />
      <DurationChart series={series} days={days} />
      <RecordsChart series={series} days={days} />
      <SyncsChart days={days} />
    </div>
  );
}
