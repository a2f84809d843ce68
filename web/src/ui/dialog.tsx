import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Icon } from './icon.tsx';
import './dialog.css';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

/** Modal while it is mounted. The browser traps the focus. Escape and a click outside close it; the focus returns to what opened it. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // A layout effect ends before the element is taken out of the page: only then does closing it restore the focus.
  useLayoutEffect(() => {
    const dialog = element.current;
    const part = document.activeElement?.closest('section, main');
    dialog?.showModal();
    // The browser goes to the first button, which closes it: whoever is asked for something types at once.
    dialog?.querySelector<HTMLElement>(':is(input, select, textarea):enabled')?.focus();
    return () => {
      dialog?.close();
      requestAnimationFrame(() => focusHeadingOf(part));
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape fires cancel
    <dialog
      ref={element}
      className={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === element.current && onClose()}
    >
      <div className="dialog-body stack">
        <div className="dialog-head">
          <h2 id={heading} className="break">
            {title}
          </h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** When the button that opened the dialog is gone, keyboard users go on at the heading of the part that it stood in. */
function focusHeadingOf(part: Element | null | undefined): void {
  if (document.activeElement !== document.body) return;
  const home = part?.isConnected ? part : document.querySelector('main');
  const heading = home?.querySelector<HTMLElement>('h1, h2');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}
