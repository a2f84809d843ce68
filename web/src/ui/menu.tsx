import { type ReactNode, useEffect, useRef } from 'react';
import './menu.css';

interface Props {
  readonly label: ReactNode;
  /** The accessible name of the button. */
  readonly name: string;
  readonly children: ReactNode;
  readonly className?: string;
}

/** Opens below its button. Escape and a click outside close it. */
export function Menu({ label, name, children, className = '' }: Props) {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = () => element.current?.removeAttribute('open');
    const onPress = (event: PointerEvent) => {
      if (!element.current?.contains(event.target as Node)) close();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !element.current?.open) return;
      close();
      element.current.querySelector('summary')?.focus();
    };
    document.addEventListener('pointerdown', onPress);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPress);
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <details ref={element} className={`menu ${className}`}>
      <summary className="icon-button" aria-label={name} title={name}>
        {label}
      </summary>
      <div className="menu-body stack">{children}</div>
    </details>
  );
}
