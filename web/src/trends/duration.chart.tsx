import { Line, LineChart } from 'recharts';
import { duration } from '../ui/format.ts';
import { CHART_MARGIN, chartAxes } from './chart.axes.tsx';
import { ChartFigure } from './chart.figure.tsx';
import { durationTicks } from './chart.scales.ts';
import { lookOf } from './chart.styles.tsx';
import { chartHint } from './chart.tooltip.tsx';
import type { Series, TrendDay } from './trends.series.ts';

/** How long completed syncs took on average each day, by entity type. */
export function DurationChart({
  series,
  days,
}: {
  readonly series: readonly Series[];
  readonly days: readonly TrendDay[];
}) {
  const columns = series.map(({ key, name, look }) => ({
    name,
    look,
    value: ({ seconds }: TrendDay) => duration(seconds[key]),
  }));
  const longest = Math.max(0, ...days.flatMap(({ seconds }) => Object.values(seconds).map((one) => one ?? 0)));
  return (
    <ChartFigure
      title="Average duration per day"
      description="A line for each entity type. Where it is broken, no sync of that type was completed on that day."
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
        {chartAxes({ text: duration, width: 60, ticks: durationTicks(longest) })}
        {chartHint(columns)}
        {series.map(({ key, name, look }) => (
          <Line
            key={key}
            name={name}
            dataKey={({ seconds }: TrendDay) => seconds[key]}
            stroke={lookOf(look).colour}
            strokeWidth={2}
            strokeDasharray={lookOf(look).dash}
            dot={({ cx, cy, index }) => <Mark key={index} cx={cx} cy={cy} look={look} />}
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
  readonly look: number;
}

function Mark({ cx, cy, look }: MarkProps) {
  if (cx == null || cy == null) return null;
  const { colour, mark } = lookOf(look);
  return <path d={mark} transform={`translate(${cx} ${cy})`} fill={colour} stroke={colour} />;
}
