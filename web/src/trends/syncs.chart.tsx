import { Bar, BarChart } from 'recharts';
import { count, shortCount } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { type ChartColumn, ChartFigure } from './chart.figure.tsx';
import { FAILED_FILL, FAILED_LOOK, fillOf } from './chart.styles.tsx';
import { chartHint } from './chart.tooltip.tsx';
import type { TrendDay } from './trends.series.ts';

const COLUMNS: readonly ChartColumn[] = [
  { name: 'Completed', look: 0, value: ({ completed }) => count(completed) },
  { name: 'Failed or timed out', look: 'failed', value: ({ failed }) => count(failed) },
];

/** How many syncs ended each day, and how. */
export function SyncsChart({ days }: { readonly days: readonly TrendDay[] }) {
  return (
    <ChartFigure
      title="Syncs per day"
      description="A bar a day: completed below, failed above it. A day without a bar had no sync that ended."
      columns={COLUMNS}
      days={days}
      as="area"
    >
      <BarChart responsive margin={CHART_MARGIN} data={[...days]} className="chart-drawing" title="Syncs per day">
        {chartAxes({ text: shortCount, width: 44 })}
        {chartHint(COLUMNS)}
        <Bar dataKey="completed" stackId="syncs" fill={fillOf(0)} maxBarSize={28} isAnimationActive={false} />
        <Bar
          dataKey="failed"
          stackId="syncs"
          fill={FAILED_FILL}
          stroke={FAILED_LOOK.colour}
          maxBarSize={28}
          isAnimationActive={false}
        />
      </BarChart>
    </ChartFigure>
  );
}
