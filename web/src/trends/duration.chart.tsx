import { Line, LineChart } from 'recharts';
import { duration } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { ChartFigure } from './chart.figure.tsx';
import { durationTicks } from './chart.scales.ts';
import { seriesStyle } from './chart.styles.tsx';
import { chartTooltip } from './chart.tooltip.tsx';
import type { Series, TrendDay } from './trends.series.ts';

/** Average duration of completed syncs per day and entity type. */
export function DurationChart({
  series,
  days,
}: {
  readonly series: readonly Series[];
  readonly days: readonly TrendDay[];
}) {
  const columns = series.map(({ key, name, style }) => ({
    name,
    style,
    value: ({ seconds }: TrendDay) => duration(seconds[key]),
  }));
  const longest = Math.max(0, ...days.flatMap(({ seconds }) => Object.values(seconds).map((one) => one ?? 0)));
  return (
    <ChartFigure
      title="Average duration per day"
      description="One line for each entity type. A gap means that no sync of that type completed on that day."
      columns={columns}
      days={days}
      as="line"
    >
      <LineChart
        responsive
        margin={CHART_MARGIN}
        data={[...days]}
        className="chart-drawing"
        title="Average duration per day"
      >
        {chartAxes({ text: duration, width: 84, ticks: durationTicks(longest) })}
        {chartTooltip(columns)}
        {series.map(({ key, name, style }) => (
          <Line
            key={key}
            name={name}
            dataKey={({ seconds }: TrendDay) => seconds[key]}
            stroke={seriesStyle(style).colour}
            strokeWidth={2}
            strokeDasharray={seriesStyle(style).dash}
            dot={({ cx, cy, index }) => <Mark key={index} cx={cx} cy={cy} style={style} />}
            activeDot={false}
            connectNulls={false}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ChartFigure>
  );
}

interface MarkProps {
  readonly cx: number | undefined;
  readonly cy: number | undefined;
  readonly style: number;
}

function Mark({ cx, cy, style }: MarkProps) {
  if (cx == null || cy == null) return null;
  const { colour, mark } = seriesStyle(style);
  return <path d={mark} transform={`translate(${cx} ${cy})`} fill={colour} stroke={colour} />;
}
