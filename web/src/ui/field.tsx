import { cloneElement, type ReactElement, type ReactNode, useId } from 'react';
import './field.css';

interface ControlProps {
  readonly id?: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: boolean;
}

interface Props {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** The error of the field, from the service or the page. */
  readonly error?: string | undefined;
  readonly optional?: boolean;
  /** One input, select or textarea. */
  readonly children: ReactElement<ControlProps>;
}

/** A control with its label, hint and error, connected for screen readers. */
export function Field({ label, hint, error, optional = false, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional && <span className="muted"> (optional)</span>}
      </label>
      {cloneElement(children, {
        id,
        ...(described && { 'aria-describedby': described }),
        ...(error && { 'aria-invalid': true }),
      })}
      {hint && (
        <p id={`${id}-hint`} className="muted small">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="bad small">
          {error}
        </p>
      )}
    </div>
  );
}
