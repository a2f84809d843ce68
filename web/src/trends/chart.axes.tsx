import { CartesianGrid, XAxis, YAxis } from 'recharts';
import { day } from '../ui/format.ts';

const TICK = { fill: 'var(--muted)', fontSize: 12 } as const;

/** Space for half a label above the top line and beside the last day. */
export const CHART_MARGIN = { top: 10, right: 22, bottom: 0, left: 0 };

interface AmountAxis {
  readonly text: (value: number) => string;
  /** Pixels. */
  readonly width: number;
  /** Default: the whole numbers that the library chooses. */
  readonly ticks?: readonly number[];
}

/** Days on the x axis, amounts on the y axis. A function, not a component, because recharts looks for its own elements. */
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
