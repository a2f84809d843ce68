import { count } from '../ui/format.ts';
import type { Count } from './preview.summary.ts';
import './previews.css';

/** Each count with the colour it has in the bar. */
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
