import './loading.css';

const LINES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;

/** Grey lines where text is about to stand. A screen reader hears that it loads. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">Loading …</span>
      {LINES.slice(0, lines).map((line) => (
        <span key={line} className="skeleton-line" />
      ))}
    </div>
  );
}

/** In the place of a page whose code is on its way. */
export function PageSkeleton() {
  return <Skeleton lines={8} />;
}
