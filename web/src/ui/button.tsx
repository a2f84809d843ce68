import { type ButtonHTMLAttributes, type ReactNode, useState } from 'react';
import { Icon } from './icon.tsx';
import { Spinner } from './loading.tsx';
import './button.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: 'default' | 'primary' | 'danger' | 'ghost';
  readonly size?: 'normal' | 'small';
  /** Its action is in progress: it shows a spinner and ignores further presses. */
  readonly busy?: boolean;
}

export function Button({
  variant = 'default',
  size = 'normal',
  busy = false,
  disabled = false,
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
      // Not `disabled`: the button would lose the focus.
      aria-disabled={busy || disabled || undefined}
      onClick={(event) => (busy || disabled ? event.preventDefault() : onClick?.(event))}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

interface ChipProps {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** A toggle button: one of a few choices in a row, as a filter. */
export function Chip({ pressed, onPress, children }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}

/** How long “Copied” is shown. */
const COPIED_MS = 2_000;

/** Copies a text to the clipboard. Not shown where there is no clipboard (plain http); the text can still be selected. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The browser refused; the label stays “Copy”.
      () => undefined,
    );
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <Button size="small" onClick={() => void copy()} aria-label={isCopied ? `${what} copied` : `Copy the ${what}`}>
      <Icon name={isCopied ? 'check' : 'copy'} /> {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
}
