import { Tooltip } from 'recharts';
import { day } from '../ui/format.ts';
import type { ChartColumn } from './chart.figure.tsx';
import type { TrendDay } from './trends.series.ts';

/** The numbers of the day at the pointer, or selected by the arrow keys. */
export const chartTooltip = (columns: readonly ChartColumn[]) => (
  <Tooltip
    isAnimationActive={false}
    cursor={{ fill: 'var(--hover)', stroke: 'var(--line-strong)', strokeWidth: 1 }}
    content={({ active, payload }) => {
      const row = payload?.[0]?.payload as TrendDay | undefined;
      return active && row ? <DayNumbers row={row} columns={columns} /> : null;
    }}
  />
);

function DayNumbers({ row, columns }: { readonly row: TrendDay; readonly columns: readonly ChartColumn[] }) {
  return (
    <div className="chart-tooltip small">
      <p className="chart-tooltip-day">{day(row.day)} (UTC)</p>
      <dl>
        {columns.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value(row)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
