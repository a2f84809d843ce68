import './loading.css';

const LINES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;

/** Grey lines in the place of text that is loading. Screen readers hear “Loading”. */
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

/** In the place of a page whose code is loading. */
export function PageSkeleton() {
  return <Skeleton lines={8} />;
}

/** Decorative: the text beside it says what is in progress. */
export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
