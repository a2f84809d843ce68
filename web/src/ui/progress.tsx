import { count } from './format.ts';
import './progress.css';

interface Props {
  /** The accessible name. */
  readonly label: string;
  readonly done: number;
  readonly failed: number;
  /** null: unknown. */
  readonly total: number | null;
  /** `idle`: paused, queued, or ended without success. */
  readonly state?: 'active' | 'idle' | 'completed';
}

/** A progress bar: succeeded items, and failed items in another colour. */
export function Progress({ label, done, failed, total, state = 'active' }: Props) {
  const share = (part: number) => (total ? Math.min(100, (part / total) * 100) : state === 'completed' ? 100 : 0);
  const isKnown = total !== null || state !== 'active';
  return (
    <div
      className={`progress progress-${state}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={isKnown ? Math.floor(share(done + failed)) : undefined}
      aria-valuetext={progressText(done + failed, total)}
    >
      {isKnown ? (
        <>
          <span className="progress-done" style={{ width: `${share(done)}%` }} />
          {failed > 0 && total !== null && <span className="progress-failed" style={{ width: `${share(failed)}%` }} />}
        </>
      ) : (
        <span className="progress-unknown" />
      )}
    </div>
  );
}

const progressText = (seen: number, total: number | null): string =>
  total === null ? `${count(seen)} items, total unknown` : `${count(seen)} of ${count(total)} items`;
