import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Icon } from './icon.tsx';
import './toast.css';

/** Enough to read a sentence. */
const SHOWN_MS = 6_000;

interface Toast {
  readonly id: number;
  readonly text: string;
}

const ToastContext = createContext<(text: string) => void>(() => undefined);

/** Returns a function that confirms a finished action for a few seconds. Errors are not toasts: they stay beside the control. */
export const useToast = () => useContext(ToastContext);

let lastId = 0;

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const showToast = useCallback((text: string) => {
    lastId += 1;
    const id = lastId;
    setToasts((shown) => [...shown.slice(-2), { id, text }]);
    setTimeout(() => setToasts((shown) => shown.filter((toast) => toast.id !== id)), SHOWN_MS);
  }, []);
  return (
    <ToastContext value={showToast}>
      {children}
      <div className="toasts" role="status">
        {toasts.map(({ id, text }) => (
          <p key={id} className="toast">
            <Icon name="check" /> {text}
          </p>
        ))}
      </div>
    </ToastContext>
  );
}
