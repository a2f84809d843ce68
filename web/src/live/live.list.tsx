import { type LiveSyncProgress, type StreamedSync, SyncCard } from '@sync-operations/react';
import { type MouseEvent, useRef } from 'react';
import { useLocation, useRouter } from 'wouter';
import { useMay } from '../api/organization.ts';
import { syncPath } from '../app/location.ts';
import { ControlButtons } from '../control/control.buttons.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useNow } from '../ui/time.tsx';
import { useExiting, useMoveAnimation } from './list.animation.ts';
import { useLiveControl } from './use-live-control.ts';
import '@sync-operations/react/style.css';
import './live.list.css';

const idOf = ({ sync_id }: StreamedSync): string => sync_id;
/** Texts that change with time alone, such as "no report for 2 min", are computed this often. */
const TICK_MS = 5_000;

interface Props {
  /** Must be the same array while nothing changes. */
  readonly syncs: readonly StreamedSync[];
  readonly progress: LiveSyncProgress;
}

/** A card for each sync (SyncCard of clients/react/src/sync-card.tsx) with its control buttons, newest first; a removed card fades. */
export function LiveList({ syncs, progress }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const { items, exiting } = useExiting(syncs, idOf);
  useMoveAnimation(list, exiting);
  const { withRequest, pendingOf, onControl, error } = useLiveControl();
  const may = useMay('sync:write');
  const now = useNow(TICK_MS) + progress.serverOffsetMs;
  const { base } = useRouter();
  const onLinkClick = useClientNavigation(base);
  return (
    <div className="sync-dashboard live-list">
      {error !== null && <ErrorNote error={error} />}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link fires a click as well */}
      <ul className="sync-list" ref={list} onClick={onLinkClick}>
        {items.map(withRequest).map((sync) => (
          <SyncCard
            key={sync.sync_id}
            sync={sync}
            samples={progress.history(sync.sync_id)}
            now={now}
            headingLevel={2}
            href={base + syncPath(sync.sync_id)}
            actions={
              may && !sync.completed_at ? (
                <ControlButtons
                  sync={sync}
                  compact
                  pending={pendingOf(sync.sync_id)}
                  onControl={(control) => void onControl(sync, control)}
                />
              ) : undefined
            }
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
