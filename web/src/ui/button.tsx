import type { ButtonHTMLAttributes } from 'react';
import { Spinner } from './spinner.tsx';
import './button.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: 'default' | 'primary' | 'danger' | 'ghost';
  readonly size?: 'normal' | 'small';
  /** What it started is under way: it shows that, and does nothing when it is pressed again. */
  readonly busy?: boolean;
}

export function Button({
  variant = 'default',
  size = 'normal',
  busy = false,
  children,
  onClick,
  className,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={['button', `button-${variant}`, `button-${size}`, className].filter(Boolean).join(' ')}
      aria-busy={busy || undefined}
      // Not `disabled`: that would throw the focus away.
      aria-disabled={busy || rest.disabled || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}
