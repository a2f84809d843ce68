import { Bar, BarChart } from 'recharts';
import { count, shortCount } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { ChartFigure } from './chart.figure.tsx';
import { fillOf, lookOf } from './chart.styles.tsx';
import { chartHint } from './chart.tooltip.tsx';
import type { Series, TrendDay } from './trends.series.ts';

/** How much completed syncs moved each day, by entity type. */
export function RecordsChart({
  series,
  days,
}: {
  readonly series: readonly Series[];
  readonly days: readonly TrendDay[];
}) {
  const columns = series.map(({ key, name, look }) => ({
    name,
    look,
    value: ({ records }: TrendDay) => count(records[key] ?? 0),
  }));
  return (
    <ChartFigure
      title="Records per day"
      description="A bar a day, a part for each entity type, of completed syncs. A day without a bar had none."
      columns={columns}
      days={days}
      as="area"
    >
      <BarChart responsive margin={CHART_MARGIN} data={[...days]} className="chart-drawing" title="Records per day">
        {chartAxes({ text: shortCount, width: 44 })}
        {chartHint(columns)}
        {series.map(({ key, name, look }) => (
          <Bar
            key={key}
            name={name}
            dataKey={({ records }: TrendDay) => records[key]}
            stackId="records"
            fill={fillOf(look)}
            stroke={lookOf(look).colour}
            maxBarSize={28}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ChartFigure>
  );
}
