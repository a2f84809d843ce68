import { type ReactNode } from 'react';
import { type StreamedSync } from './live/sync.types.ts';
import {
  countText,
  displayStatus,
  etaText,
  identityText,
  isReporting,
  nameOf,
  speedText,
  trendText,
} from './sync.text.ts';
import { ProgressBar } from './sync-bar.tsx';

export interface SyncCardProps {
  readonly sync: StreamedSync;
  readonly samples: readonly number[];
  /** The service's clock, in milliseconds since 1970. */
  readonly now: number;
  readonly headingLevel: 2 | 3 | 4;
  readonly href?: string;
  /** Which sync it is, below the title; default: its id and who started it. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  /** How many items it left for a person to decide; GET /runs/{sync_id} tells it in counts.conflict. */
  readonly conflicts?: number;
  /** Two lines: without the figures and the speeds. */
  readonly compact?: boolean;
}

/** The card of one sync: title, progress bar, figures, status and recent speeds. */
export function SyncCard({
  sync,
  samples,
  now,
  headingLevel,
  href,
  about = identityText(sync),
  actions,
  conflicts,
  compact = false,
}: SyncCardProps) {
  const Heading = `h${headingLevel}` as const;
  const status = displayStatus(sync, now, conflicts);
  const isFigureTrue = sync.completed_at !== null || isReporting(sync, now);
  return (
    <li
      className={compact ? 'sync-card sync-card-compact' : 'sync-card'}
      data-sync-id={sync.sync_id}
      data-status={status.kind}
    >
      <div className="sync-head">
        <Heading className="sync-title">
          {href === undefined ? nameOf(sync) : <a href={href}>{nameOf(sync)}</a>}{' '}
          <span className="sync-source">{sync.source_system}</span>
        </Heading>
        {actions !== undefined && <div className="sync-actions">{actions}</div>}
      </div>
      <p className="sync-about">{about}</p>
      <ProgressBar sync={sync} />
      {compact ? (
        <p className="sync-status" title={status.text}>
          {countText(sync)} · {status.text}
        </p>
      ) : (
        <>
          <dl className="sync-figures">
            <Figure name="Progress">{countText(sync)}</Figure>
            <Figure name="Speed">{speedText(isFigureTrue ? sync.speed_items_per_min : null)}</Figure>
            <Figure name="Failed" alarming={sync.failed_count > 0}>
              {sync.failed_count.toLocaleString()}
            </Figure>
            <Figure name="ETA">{etaText(isFigureTrue && !sync.completed_at ? sync.eta_seconds : null)}</Figure>
          </dl>
          <div className="sync-foot">
            <p className="sync-status" title={status.text}>
              {status.text}
            </p>
            <Sparkline samples={samples} />
          </div>
        </>
      )}
    </li>
  );
}

function Figure({ name, alarming, children }: { name: string; alarming?: boolean; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-alarming={alarming || undefined}>{children}</dd>
    </div>
  );
}

const WIDTH = 120;
const HEIGHT = 24;

/** The last speeds as a line, scaled from zero to the highest. It has a fixed size, so that nothing moves when it appears. */
function Sparkline({ samples }: { samples: readonly number[] }) {
  const highest = Math.max(...samples, 1);
  const step = WIDTH / Math.max(1, samples.length - 1);
  const points = samples.map((speed, index) => `${index * step},${HEIGHT - 1 - (speed / highest) * (HEIGHT - 2)}`);
  return (
    <svg
      className="sync-sparkline"
      role="img"
      aria-label={trendText(samples)}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <line className="sync-sparkline-base" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {samples.length > 1 && <polyline className="sync-sparkline-line" points={points.join(' ')} />}
    </svg>
  );
}
