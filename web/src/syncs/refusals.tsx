import { createRoot } from 'react-dom/client';
import type { Refusals } from './bulk.acts.ts';
import { RefusalsDialog } from './bulk.dialog.tsx';

/**
 * Tells what the service refused, on whatever page the person is by then: beside the pages and not in one, since the answer to an act on many
 * syncs may come long after its page was left.
 */
export function tellRefusals(refusals: Refusals): void {
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  const close = () => {
    root.unmount();
    place.remove();
  };
  root.render(<RefusalsDialog refusals={refusals} onClose={close} />);
}
