/** The styles of series: a colour with a pattern, a dash and a mark, because colour alone is not enough. */
const STYLES = [
  { colour: 'var(--chart-1)', dash: undefined, mark: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0', lines: undefined },
  { colour: 'var(--chart-2)', dash: '6 3', mark: 'M-3-3h6v6h-6z', lines: 'M-2 2l4-4M0 8l8-8M6 10l4-4' },
  { colour: 'var(--chart-3)', dash: '2 3', mark: 'M0-4l4 7h-8z', lines: 'M2 1v2M6 5v2' },
  { colour: 'var(--chart-4)', dash: '8 3 2 3', mark: 'M0-4l4 4-4 4-4-4z', lines: 'M0 2h8M0 6h8' },
  { colour: 'var(--chart-5)', dash: '1 2', mark: 'M-3-3l6 6M3-3l-6 6', lines: 'M0 0l8 8M0 8l8-8' },
] as const;

/** What became of syncs, where that is not the plain one. */
export const OUTCOMES = {
  failed: { colour: 'var(--bad)', lines: 'M-2 2l4-4M0 8l8-8M6 10l4-4', fill: 'url(#chart-fill-failed)' },
  conflict: { colour: 'var(--warn)', lines: 'M0 2h8M0 6h8', fill: 'url(#chart-fill-conflict)' },
} as const;

export const seriesStyle = (index: number) => STYLES[index % STYLES.length] ?? STYLES[0];
/** The fill of an area. ChartPatterns defines the patterns once in the page. */
export const seriesFill = (index: number): string => (index === 0 ? STYLES[0].colour : `url(#chart-fill-${index})`);

export function ChartPatterns() {
  return (
    <svg className="chart-patterns" aria-hidden="true" focusable="false">
      <defs>
        {STYLES.map(
          ({ colour, lines }, index) => lines && <Pattern key={colour} id={index} colour={colour} lines={lines} />,
        )}
        <Pattern id="failed" {...OUTCOMES.failed} />
        <Pattern id="conflict" {...OUTCOMES.conflict} />
      </defs>
    </svg>
  );
}

interface PatternProps {
  readonly id: number | keyof typeof OUTCOMES;
  readonly colour: string;
  readonly lines: string;
}

const Pattern = ({ id, colour, lines }: PatternProps) => (
  <pattern id={`chart-fill-${id}`} width="8" height="8" patternUnits="userSpaceOnUse">
    <rect width="8" height="8" fill={colour} opacity="0.28" />
    <path d={lines} stroke={colour} strokeWidth="1.6" />
  </pattern>
);
