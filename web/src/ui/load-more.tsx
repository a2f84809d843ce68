import { useEffect, useRef } from 'react';
import { Button } from './button.tsx';

interface Props {
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly onMore: () => void;
}

/** At the end of a list: loads the next page when it scrolls into view, or by its button. */
export function LoadMore({ hasMore, loading, onMore }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    const target = element.current;
    if (!target || !hasMore || loading) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), {
      rootMargin: '400px',
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [hasMore, loading]);
  if (!hasMore) return null;
  return (
    <div ref={element} className="row" style={{ justifyContent: 'center', padding: 'var(--space-4)' }}>
      <Button busy={loading} onClick={onMore}>
        {loading ? 'Loading …' : 'Load more'}
      </Button>
    </div>
  );
}

/** Loads the next page by its button only, for a list with content below it. */
export function ShowMore({ hasMore, loading, onMore }: Props) {
  if (!hasMore) return null;
  return (
    <p>
      <Button size="small" busy={loading} onClick={onMore}>
        Show more
      </Button>
    </p>
  );
}
