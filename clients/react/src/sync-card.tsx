import type { ReactNode } from 'react';
import { conditionOf } from './display.status.ts';
import { etaWords } from './duration.text.ts';
import type { StreamedSync } from './live/sync.types.ts';
import { ProgressBar } from './progress-bar.tsx';
import { Sparkline } from './sparkline.tsx';
import { countWords, nameOf, speedWords } from './sync.text.ts';

export interface SyncCardProps {
  readonly sync: StreamedSync;
  readonly samples: readonly number[];
  /** The service's clock, in milliseconds since 1970. */
  readonly now: number;
  readonly headingLevel: 2 | 3 | 4;
  readonly href?: string;
  readonly actions?: ReactNode;
}

export function SyncCard({ sync, samples, now, headingLevel, href, actions }: SyncCardProps) {
  const Heading = `h${headingLevel}` as const;
  const condition = conditionOf(sync, now);
  return (
    <li className="sync-card" data-sync-id={sync.sync_id} data-condition={condition.kind}>
      <div className="sync-head">
        <Heading className="sync-title">
          {href === undefined ? nameOf(sync) : <a href={href}>{nameOf(sync)}</a>}{' '}
          <span className="sync-source">{sync.source_system}</span>
        </Heading>
        {actions !== undefined && <div className="sync-actions">{actions}</div>}
      </div>
      <ProgressBar sync={sync} />
      <dl className="sync-figures">
        <Figure name="Progress">{countWords(sync)}</Figure>
        <Figure name="Speed">{speedWords(sync.speed_items_per_min)}</Figure>
        <Figure name="Failed" alarming={sync.failed_count > 0}>
          {sync.failed_count.toLocaleString()}
        </Figure>
        <Figure name="ETA">{sync.completed_at ? '–' : etaWords(sync.eta_seconds)}</Figure>
      </dl>
      <div className="sync-foot">
        <p className="sync-condition" title={condition.words}>
          {condition.words}
        </p>
        <Sparkline samples={samples} />
      </div>
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
