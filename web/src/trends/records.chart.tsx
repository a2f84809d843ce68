import { Bar, BarChart } from 'recharts';
import { count, shortCount } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { ChartFigure } from './chart.figure.tsx';
import { seriesFill, seriesStyle } from './chart.styles.tsx';
import { chartTooltip } from './chart.tooltip.tsx';
import type { Series, TrendDay } from './trends.series.ts';

/** Records of completed syncs per day and entity type. */
export function RecordsChart({
  series,
  days,
}: {
  readonly series: readonly Series[];
  readonly days: readonly TrendDay[];
}) {
  const columns = series.map(({ key, name, style }) => ({
    name,
    style,
    value: ({ records }: TrendDay) => count(records[key] ?? 0),
  }));
  return (
    <ChartFigure
      title="Records per day"
      description="One bar per day, with a part for each entity type. Only completed syncs count."
      columns={columns}
      days={days}
      as="area"
    >
      <BarChart responsive margin={CHART_MARGIN} data={[...days]} className="chart-drawing" title="Records per day">
        {chartAxes({ text: shortCount, width: 44 })}
        {chartTooltip(columns)}
        {series.map(({ key, name, style }) => (
          <Bar
            key={key}
            name={name}
            dataKey={({ records }: TrendDay) => records[key]}
            stackId="records"
            fill={seriesFill(style)}
            stroke={seriesStyle(style).colour}
            maxBarSize={28}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ChartFigure>
  );
}
