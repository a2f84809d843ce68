import '@sync-operations/react/style.css';
import './live.cards.css';

/** As tall as cards, so that those move nothing when they come. */
export function LiveLoading() {
  return (
    <div className="sync-dashboard live-cards" aria-hidden="true">
      <div className="sync-list">
        <div className="sync-card sync-skeleton" />
        <div className="sync-card sync-skeleton" />
      </div>
    </div>
  );
}
