import { ApiError, advice } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Note } from './note.tsx';

interface Props {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly retryLabel?: string;
}

/** What happened, in the service's own words, and what to try. */
export function ErrorNote({ error, onRetry, retryLabel = 'Try again' }: Props) {
  const fields = error instanceof ApiError ? error.fields : [];
  const hint = advice(error);
  return (
    <Note kind="error" title={error instanceof Error ? error.message : 'Something went wrong.'} live>
      {hint && <p>{hint}</p>}
      {fields.length > 1 && (
        <ul>
          {fields.map(({ pointer, parameter, header, detail }) => (
            <li key={`${pointer ?? parameter ?? header} ${detail}`}>
              <code>{pointer?.slice(2) ?? parameter ?? header}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <div>
          <Button size="small" onClick={onRetry}>
            {retryLabel}
          </Button>
        </div>
      )}
    </Note>
  );
}
