import { Bar, BarChart } from 'recharts';
import { count, shortCount } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { type ChartColumn, ChartFigure } from './chart.figure.tsx';
import { OUTCOMES, seriesFill } from './chart.styles.tsx';
import { chartTooltip } from './chart.tooltip.tsx';
import type { TrendDay } from './trends.series.ts';

const withoutConflicts = ({ completed, conflicted }: TrendDay): number => completed - conflicted;

const COLUMNS: readonly ChartColumn[] = [
  { name: 'Completed', style: 0, value: (day) => count(withoutConflicts(day)) },
  { name: 'Completed with conflicts', style: 'conflict', value: ({ conflicted }) => count(conflicted) },
  { name: 'Failed or timed out', style: 'failed', value: ({ failed }) => count(failed) },
];

/** Completed and failed syncs per day. */
export function SyncsChart({ days }: { readonly days: readonly TrendDay[] }) {
  return (
    <ChartFigure
      title="Syncs per day"
      description="One bar per day: completed syncs at the bottom, those that left conflicts above, failed syncs on top."
      columns={COLUMNS}
      days={days}
      as="area"
    >
      <BarChart responsive margin={CHART_MARGIN} data={[...days]} className="chart-drawing" title="Syncs per day">
        {chartAxes({ text: shortCount, width: 44 })}
        {chartTooltip(COLUMNS)}
        <Bar
          dataKey={withoutConflicts}
          stackId="syncs"
          fill={seriesFill(0)}
          maxBarSize={28}
          isAnimationActive={false}
        />
        <Bar
          dataKey="conflicted"
          stackId="syncs"
          fill={OUTCOMES.conflict.fill}
          stroke={OUTCOMES.conflict.colour}
          maxBarSize={28}
          isAnimationActive={false}
        />
        <Bar
          dataKey="failed"
          stackId="syncs"
          fill={OUTCOMES.failed.fill}
          stroke={OUTCOMES.failed.colour}
          maxBarSize={28}
          isAnimationActive={false}
        />
      </BarChart>
    </ChartFigure>
  );
}
