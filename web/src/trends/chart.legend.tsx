import { FAILED_FILL, FAILED_LOOK, fillOf, lookOf } from './chart.styles.tsx';

export interface LegendEntry {
  readonly name: string;
  readonly look: number | 'failed';
}

/** Which look means what. */
export function ChartLegend({
  entries,
  as,
}: {
  readonly entries: readonly LegendEntry[];
  readonly as: 'area' | 'line';
}) {
  return (
    <ul className="chart-legend small">
      {entries.map(({ name, look }) => (
        <li key={name}>
          <svg width="24" height="12" aria-hidden="true" focusable="false">
            {as === 'area' ? <Area look={look} /> : <Line look={look} />}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Area({ look }: Pick<LegendEntry, 'look'>) {
  const { colour } = look === 'failed' ? FAILED_LOOK : lookOf(look);
  return (
    <rect
      x="0.5"
      y="0.5"
      width="23"
      height="11"
      fill={look === 'failed' ? FAILED_FILL : fillOf(look)}
      stroke={colour}
    />
  );
}

function Line({ look }: Pick<LegendEntry, 'look'>) {
  const { colour, dash, mark } = lookOf(look === 'failed' ? 0 : look);
  return (
    <>
      <path d="M0 6h24" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
      <path d={mark} transform="translate(12 6)" fill={colour} stroke={colour} />
    </>
  );
}
