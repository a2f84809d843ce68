import { Bar, BarChart } from 'recharts';
import { count, shortCount } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { type ChartColumn, ChartFigure } from './chart.figure.tsx';
import { FAILED_FILL, FAILED_STYLE, seriesFill } from './chart.styles.tsx';
import { chartTooltip } from './chart.tooltip.tsx';
import type { TrendDay } from './trends.series.ts';

const COLUMNS: readonly ChartColumn[] = [
  { name: 'Completed', style: 0, value: ({ completed }) => count(completed) },
  { name: 'Failed or timed out', style: 'failed', value: ({ failed }) => count(failed) },
];

/** Completed and failed syncs per day. */
export function SyncsChart({ days }: { readonly days: readonly TrendDay[] }) {
  return (
    <ChartFigure
      title="Syncs per day"
      description="One bar per day: completed syncs at the bottom, failed syncs above."
      columns={COLUMNS}
      days={days}
      as="area"
    >
      <BarChart responsive margin={CHART_MARGIN} data={[...days]} className="chart-drawing" title="Syncs per day">
        {chartAxes({ text: shortCount, width: 44 })}
        {chartTooltip(COLUMNS)}
        <Bar dataKey="completed" stackId="syncs" fill={seriesFill(0)} maxBarSize={28} isAnimationActive={false} />
        <Bar
          dataKey="failed"
          stackId="syncs"
          fill={FAILED_FILL}
          stroke={FAILED_STYLE.colour}
          maxBarSize={28}
          isAnimationActive={false}
        />
      </BarChart>
    </ChartFigure>
  );
}
