import { count } from './format.ts';
import './progress.css';

interface Props {
  /** What it is the progress of, for screen readers. */
  readonly label: string;
  readonly done: number;
  readonly failed: number;
  /** Null: not known yet. */
  readonly total: number | null;
  /** `still`: nothing is under way; `over`: it went well to the end. */
  readonly look?: 'moving' | 'still' | 'over';
}

/** How far a sync is: what succeeded, and what failed in another colour. */
export function Progress({ label, done, failed, total, look = 'moving' }: Props) {
  const share = (part: number) => (total ? Math.min(100, (part / total) * 100) : look === 'over' ? 100 : 0);
  const isKnown = total !== null || look !== 'moving';
  return (
    <div
      className={`progress progress-${look}`}
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
  total === null ? `${count(seen)} items, of how many is not known` : `${count(seen)} of ${count(total)} items`;
