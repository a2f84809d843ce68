import { type ReactNode } from 'react';
import { type StreamedSync } from './live/sync.types.ts';
import { countText, displayStatus, etaText, identityText, isReporting, nameOf, speedText } from './sync.text.ts';
import { ProgressBar } from './sync-bar.tsx';

export interface SyncTableProps {
  readonly syncs: readonly StreamedSync[];
  /** The service's clock, in milliseconds since 1970. */
  readonly now: number;
  readonly href?: (sync: StreamedSync) => string;
  readonly actions?: (sync: StreamedSync) => ReactNode;
}

/** A row for each sync: for dozens of them, or where there is little room. It scrolls sideways in a narrow place. */
export function SyncTable({ syncs, now, href, actions }: SyncTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard
    <section className="sync-table-room" tabIndex={0} aria-label="Syncs">
      <table className="sync-table">
        <thead>
          <tr>
            <th scope="col">Sync</th>
            <th scope="col">Progress</th>
            <th scope="col">Status</th>
            <th scope="col">Speed</th>
            <th scope="col">ETA</th>
            {actions && <th scope="col">Actions</th>}
          </tr>
        </thead>
        <tbody>
          {syncs.map((sync) => {
            const { kind, text } = displayStatus(sync, now);
            const reports = isReporting(sync, now);
            return (
              <tr key={sync.sync_id} data-sync-id={sync.sync_id} data-status={kind}>
                <th scope="row">
                  {href ? <a href={href(sync)}>{nameOf(sync)}</a> : nameOf(sync)}{' '}
                  <span className="sync-about">{identityText(sync)}</span>
                </th>
                <td>
                  {countText(sync)}
                  <ProgressBar sync={sync} />
                </td>
                <td className="sync-status" title={text}>
                  {text}
                </td>
                <td>{speedText(reports ? sync.speed_items_per_min : null)}</td>
                <td>{etaText(reports ? sync.eta_seconds : null)}</td>
                {actions && <td>{actions(sync)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
