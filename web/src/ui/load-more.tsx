import { useEffect, useRef } from 'react';
import { Button } from './button.tsx';

/** What useInfiniteQuery knows of a list. */
interface PagedList {
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isError: boolean;
  readonly dataUpdatedAt: number;
  readonly fetchNextPage: (options?: { readonly cancelRefetch: boolean }) => Promise<unknown>;
}

interface Props {
  readonly list: PagedList;
}

/** So far below the window the next page is asked for. */
const AHEAD_PX = 400;

/**
 * At the end of a list: loads the next page when it comes into view, or by its button. A list that failed loads nothing by itself;
 * `isFailing`: it has not failed for good, but somebody is told already.
 */
export function LoadMore({ list, isFailing = list.isError }: Props & { readonly isFailing?: boolean }) {
  const { hasNextPage, isFetching, isFetchingNextPage: isLoading, dataUpdatedAt, fetchNextPage } = list;
  const hasMore = hasNextPage && !isFailing;
  const element = useRef<HTMLDivElement>(null);
  // Not by an IntersectionObserver: Chromium tells it nothing when the rows that came and the scrolling to their end are of one frame.
  // biome-ignore lint/correctness/useExhaustiveDependencies(dataUpdatedAt): a page that is asked for and comes between two frames leaves isFetching as it was
  useEffect(() => {
    if (!hasMore || isFetching) return;
    const look = () => {
      const top = element.current?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY;
      if (top < window.innerHeight + AHEAD_PX) void fetchNextPage({ cancelRefetch: false });
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    return () => {
      window.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
    };
  }, [hasMore, isFetching, dataUpdatedAt, fetchNextPage]);
  if (!hasMore) return null;
  return (
    <div ref={element} className="row" style={{ justifyContent: 'center', padding: 'var(--space-4)' }}>
      <Button busy={isLoading} onClick={() => void fetchNextPage()}>
        {isLoading ? 'Loading …' : 'Load more'}
      </Button>
    </div>
  );
}

/** Loads the next page by its button only, for a list with content below it. */
export function ShowMore({ list }: Props) {
  if (!list.hasNextPage) return null;
  return (
    <p>
      <Button size="small" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        Show more
      </Button>
    </p>
  );
}
