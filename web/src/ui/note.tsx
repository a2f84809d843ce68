import type { ReactNode } from 'react';
import { ApiError, advice } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import './note.css';

const ICONS = { info: 'info', good: 'check', warning: 'alert', error: 'alert' } as const satisfies Record<
  string,
  IconName
>;

interface Props {
  readonly kind?: keyof typeof ICONS;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** Screen readers announce it when it appears; for the result of an action of the user. */
  readonly live?: boolean;
}

/** A highlighted message. */
export function Note({ kind = 'info', title, children, live = false }: Props) {
  return (
    <div className={`note note-${kind}`} role={live ? (kind === 'error' ? 'alert' : 'status') : undefined}>
      <Icon name={ICONS[kind]} />
      <div className="stack-tight">
        <p className="note-title break">{title}</p>
        {children}
      </div>
    </div>
  );
}

interface ErrorNoteProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly retryLabel?: string;
}

/** An error: the message of the service, and what to try. That somebody may not see something is no fault, and trying again gives nothing. */
export function ErrorNote({ error, onRetry, retryLabel = 'Try again' }: ErrorNoteProps) {
  const fields = error instanceof ApiError ? error.fields : [];
  const hint = advice(error);
  const isRefused = error instanceof ApiError && error.problem === 'missing-scope';
  return (
    <Note
      kind={isRefused ? 'info' : 'error'}
      title={error instanceof Error ? error.message : 'Something went wrong.'}
      live
    >
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
      {onRetry && !isRefused && (
        <div>
          <Button size="small" onClick={onRetry}>
            {retryLabel}
          </Button>
        </div>
      )}
    </Note>
  );
}
