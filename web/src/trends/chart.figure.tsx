import { type ReactNode, useId } from 'react';
import { Card } from '../ui/card.tsx';
import { day } from '../ui/format.ts';
import { ChartLegend, type LegendEntry } from './chart.legend.tsx';
import type { TrendDay } from './trends.series.ts';
import '../ui/table.css';

export interface ChartColumn extends LegendEntry {
  /** The text in the table and the tooltip. */
  readonly value: (row: TrendDay) => string;
}

interface Props {
  readonly title: string;
  /** What the chart shows and how to read it, in a sentence or two. */
  readonly description: string;
  readonly columns: readonly ChartColumn[];
  readonly days: readonly TrendDay[];
  readonly as: 'area' | 'line';
  readonly children: ReactNode;
}

/** A chart with its description and legend, and the same numbers as a table. */
export function ChartFigure({ title, description, columns, days, as, children }: Props) {
  const described = useId();
  return (
    <Card title={title}>
      <p id={described} className="muted small">
        {description}
      </p>
      <figure className="chart" aria-label={title} aria-describedby={described}>
        <ChartLegend entries={columns} as={as} />
        <div className="chart-canvas">{children}</div>
      </figure>
      <details>
        <summary className="small">The numbers as a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
        <section className="chart-table" tabIndex={0} aria-label={`${title}: the numbers`}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                {columns.map(({ name }) => (
                  <th key={name} scope="col" className="num">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map((row) => (
                <tr key={row.day}>
                  <th scope="row">{day(row.day)}</th>
                  {columns.map(({ name, value }) => (
                    <td key={name} className="num">
                      {value(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </Card>
  );
}
