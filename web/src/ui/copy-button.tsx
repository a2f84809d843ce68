import { useState } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** Long enough to be seen. */
const SAID_MS = 2_000;

/** Puts a text on the clipboard. Where there is none (plain http) it is not shown: the text can be selected. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // Refused by the browser: nothing is said, nothing was copied.
      () => undefined,
    );
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <Button size="small" onClick={() => void copy()} aria-label={isCopied ? `${what} copied` : `Copy the ${what}`}>
      <Icon name={isCopied ? 'check' : 'copy'} /> {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
}
