import { trendWords } from './sync.text.ts';

const WIDTH = 120;
const HEIGHT = 24;

/** The last speeds as a line from zero to the highest; always of one size, so that nothing moves when it begins. */
export function Sparkline({ samples }: { samples: readonly number[] }) {
  const highest = Math.max(...samples, 1);
  const step = WIDTH / Math.max(1, samples.length - 1);
  const points = samples.map((speed, index) => `${index * step},${HEIGHT - 1 - (speed / highest) * (HEIGHT - 2)}`);
  return (
    <svg
      className="sync-sparkline"
      role="img"
      aria-label={trendWords(samples)}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <line className="sync-sparkline-base" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {samples.length > 1 && <polyline className="sync-sparkline-line" points={points.join(' ')} />}
    </svg>
  );
}
