import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';
import type { Refusals } from './bulk.requests.ts';

const RefusalsDialog = lazy(() => import('./bulk.dialog.tsx').then((file) => ({ default: file.RefusalsDialog })));

const RefusalsContext = createContext<(refusals: Refusals) => void>(() => undefined);

/** Returns a function that tells what the service refused, on whatever page the person is by then. */
export const useTellRefusals = () => useContext(RefusalsContext);

/** Around all pages, since the answer to an act on many syncs may come long after its page was left. */
export function RefusalsProvider({ children }: { readonly children: ReactNode }) {
  const [told, setTold] = useState<readonly Refusals[]>([]);
  const tell = useCallback((refusals: Refusals) => setTold((before) => [...before, refusals]), []);
  const [first] = told;
  return (
    <RefusalsContext value={tell}>
      {children}
      {first && (
        <Suspense>
          <RefusalsDialog refusals={first} onClose={() => setTold((all) => all.filter((one) => one !== first))} />
        </Suspense>
      )}
    </RefusalsContext>
  );
}
