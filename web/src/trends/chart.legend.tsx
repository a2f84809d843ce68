import { OUTCOMES, seriesFill, seriesStyle } from './chart.styles.tsx';

export interface LegendEntry {
  readonly name: string;
  readonly style: number | keyof typeof OUTCOMES;
}

/** The name of each series beside its style. */
export function ChartLegend({
  entries,
  as,
}: {
  readonly entries: readonly LegendEntry[];
  readonly as: 'area' | 'line';
}) {
  return (
    <ul className="chart-legend small">
      {entries.map(({ name, style }) => (
        <li key={name}>
          <svg width="24" height="12" aria-hidden="true" focusable="false">
            {as === 'area' ? <Area style={style} /> : <Line style={style} />}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Area({ style }: Pick<LegendEntry, 'style'>) {
  const { colour } = typeof style === 'number' ? seriesStyle(style) : OUTCOMES[style];
  return (
    <rect
      x="0.5"
      y="0.5"
      width="23"
      height="11"
      fill={typeof style === 'number' ? seriesFill(style) : OUTCOMES[style].fill}
      stroke={colour}
    />
  );
}

function Line({ style }: Pick<LegendEntry, 'style'>) {
  const { colour, dash, mark } = seriesStyle(typeof style === 'number' ? style : 0);
  return (
    <>
      <path d="M0 6h24" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
      <path d={mark} transform="translate(12 6)" fill={colour} stroke={colour} />
    </>
  );
}
