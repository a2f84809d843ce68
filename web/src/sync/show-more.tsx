import { Button } from '../ui/button.tsx';

interface Props {
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly onMore: () => void;
}

/** By its button only: more stands below, which endless scrolling would never let come. */
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
