import { count } from '../ui/format.ts';
import { type Count, countsText } from './preview.summary.ts';
import './previews.css';

/** Each count with its colour in the bar. */
export function SummaryNumbers({ counts }: { readonly counts: readonly Count[] }) {
  return (
    <dl className="prev-numbers">
      {counts.map(({ name, label, value }) => (
        <div key={name} className={value === 0 ? 'muted' : undefined}>
          <dt>
            <span className={`prev-swatch prev-${name}`} aria-hidden="true" /> {label}
          </dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The counts as parts of one bar, with the same text as its label. */
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
