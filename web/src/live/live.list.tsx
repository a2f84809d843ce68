import { type LiveSyncProgress, type StreamedSync, SyncCard } from '@sync-operations/react';
import { type MouseEvent, type ReactNode, useRef } from 'react';
import { useLocation, useRouter } from 'wouter';
import { syncPath } from '../app/location.ts';
import { useExiting, useMoveAnimation } from './list.animation.ts';
import '@sync-operations/react/style.css';
import './live.list.css';

const idOf = ({ sync_id }: StreamedSync): string => sync_id;

interface Props {
  /** Must be the same array while nothing changes. */
  readonly syncs: readonly StreamedSync[];
  readonly progress: LiveSyncProgress;
  /** The service's clock. */
  readonly now: number;
  readonly aboutOf: (sync: StreamedSync) => string;
  readonly conflictsOf: (sync: StreamedSync) => number;
  readonly actionsOf: (sync: StreamedSync) => ReactNode;
}

/** A card for each sync (SyncCard of clients/react/src/sync-card.tsx) with its control buttons; a removed card fades. */
export function LiveList({ syncs, progress, now, aboutOf, conflictsOf, actionsOf }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const { items, exiting } = useExiting(syncs, idOf);
  useMoveAnimation(list, exiting);
  const { base } = useRouter();
  const onLinkClick = useClientNavigation(base);
  return (
    <div className="sync-dashboard live-list" data-stale={progress.isStale || undefined}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link fires a click as well */}
      <ul className="sync-list" ref={list} onClick={onLinkClick}>
        {items.map((sync) => (
          <SyncCard
            key={sync.sync_id}
            sync={sync}
            samples={progress.history(sync.sync_id)}
            now={now}
            headingLevel={2}
            href={base + syncPath(sync.sync_id)}
            about={aboutOf(sync)}
            conflicts={conflictsOf(sync)}
            actions={actionsOf(sync)}
          />
        ))}
      </ul>
    </div>
  );
}

/** The links of the cards are plain anchors. A normal click on one is routed in the page, without a reload. */
function useClientNavigation(base: string) {
  const [, navigate] = useLocation();
  return (event: MouseEvent) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]');
    const isPlainClick = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link?.pathname.startsWith(`${base}/`) || !isPlainClick) return;
    event.preventDefault();
    navigate(link.pathname.slice(base.length));
  };
}
