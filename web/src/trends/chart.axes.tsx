import { CartesianGrid, XAxis, YAxis } from 'recharts';
import { day } from '../ui/format.ts';

const TICK = { fill: 'var(--muted)', fontSize: 12 } as const;

/** Days along the bottom, amounts at the left. A function, not a component: the library looks for its own parts. */
export const chartAxes = (amount: (value: number) => string, amountWidth = 44) => (
  <>
    <CartesianGrid vertical={false} stroke="var(--line)" />
    <XAxis
      dataKey="day"
      tickFormatter={day}
      tick={TICK}
      tickLine={false}
      axisLine={{ stroke: 'var(--line-strong)' }}
      minTickGap={24}
      interval="preserveStartEnd"
    />
    <YAxis
      tickFormatter={amount}
      tick={TICK}
      tickLine={false}
      axisLine={false}
      width={amountWidth}
      allowDecimals={false}
    />
  </>
);
