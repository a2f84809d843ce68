import { CartesianGrid, XAxis, YAxis } from 'recharts';
import { day } from '../ui/format.ts';

const TICK = { fill: 'var(--muted)', fontSize: 12 } as const;

/** Room for half a label over the top line and beside the last day. */
export const CHART_MARGIN = { top: 10, right: 22, bottom: 0, left: 0 };

interface AmountAxis {
  readonly text: (value: number) => string;
  /** Pixels. */
  readonly width: number;
  /** Default: the library's own, whole numbers. */
  readonly ticks?: readonly number[];
}

/** Days along the bottom, amounts at the left. A function, not a component: the library looks for its own parts. */
export const chartAxes = ({ text, width, ticks }: AmountAxis) => (
  <>
    <CartesianGrid vertical={false} stroke="var(--line)" />
    <XAxis
      dataKey="day"
      tickFormatter={day}
      tick={TICK}
      tickLine={false}
      axisLine={{ stroke: 'var(--line-strong)' }}
      minTickGap={24}
      interval="equidistantPreserveStart"
    />
    <YAxis
      tickFormatter={text}
      tick={TICK}
      tickLine={false}
      axisLine={false}
      width={width}
      allowDecimals={false}
      {...(ticks && { ticks, domain: [0, ticks.at(-1) ?? 1], interval: 0 })}
    />
  </>
);
