import { count } from '../ui/format.ts';
import { type Count, countsText } from './preview.summary.ts';
import './previews.css';

/** The counts as shares of one bar; its text says the same. */
export function SummaryBar({ counts }: { readonly counts: readonly Count[] }) {
  const shown = counts.filter(({ value }) => value > 0);
  return (
    <div className="prev-bar" role="img" aria-label={`Of all: ${countsText(counts, count)}`}>
      {shown.map(({ name, value }) => (
        <span key={name} className={`prev-${name}`} style={{ flexGrow: value }} />
      ))}
    </div>
  );
}
