import { type MouseEvent, useRef } from 'react';
import { useLocation, useRouter } from 'wouter';
import { type LiveSyncProgress, type StreamedSync, SyncCard } from '../../../clients/react/src/index.ts';
import { useMay } from '../api/organization.ts';
import { syncPath } from '../app/location.ts';
import { SteeringButtons } from '../control/control.buttons.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { useNow } from '../ui/use-now.ts';
import { useGliding } from './list.animation.ts';
import { useLeaving } from './use-leaving.ts';
import { useLiveSteering } from './use-live-control.ts';
import '../../../clients/react/src/style.css';
import './live.cards.css';

const idOf = ({ sync_id }: StreamedSync): string => sync_id;
/** How often what only time changes is worked out anew: no report for 2 min. */
const TICK_MS = 5_000;

interface Props {
  /** The same array while nothing changed. */
  readonly syncs: readonly StreamedSync[];
  readonly progress: LiveSyncProgress;
}

/** A card for each sync, newest first; one that leaves fades. */
export function LiveCards({ syncs, progress }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const { items, leaving } = useLeaving(syncs, idOf);
  useGliding(list, leaving);
  const { asAsked, pendingOf, onSteer, error } = useLiveSteering();
  const may = useMay('sync:write');
  const now = useNow(TICK_MS) + progress.serverOffsetMs;
  const { base } = useRouter();
  const follow = useFollow(base);
  return (
    <div className="sync-dashboard live-cards">
      {error !== null && <ErrorNote error={error} />}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a link's Enter is a click, too */}
      <ul className="sync-list" ref={list} onClick={follow}>
        {items.map(asAsked).map((sync) => (
          <SyncCard
            key={sync.sync_id}
            sync={sync}
            samples={progress.history(sync.sync_id)}
            now={now}
            headingLevel={2}
            href={base + syncPath(sync.sync_id)}
            actions={
              may && !sync.completed_at ? (
                <SteeringButtons
                  sync={sync}
                  among
                  pending={pendingOf(sync.sync_id)}
                  onSteer={(steering) => void onSteer(sync, steering)}
                />
              ) : undefined
            }
          />
        ))}
      </ul>
    </div>
  );
}

/** The cards' links are plain ones: a usual click on one turns the page without loading all anew. */
function useFollow(base: string) {
  const [, navigate] = useLocation();
  return (event: MouseEvent) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]');
    const isUsual = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link?.pathname.startsWith(`${base}/`) || !isUsual) return;
    event.preventDefault();
    navigate(link.pathname.slice(base.length));
  };
}
