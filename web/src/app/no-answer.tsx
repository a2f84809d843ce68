import { FullPage } from '../ui/full-page.tsx';
import { Spinner } from '../ui/spinner.tsx';

/** Before anything could be loaded; the session's query asks again by itself. */
export function NoAnswer() {
  return (
    <FullPage title="The service does not answer">
      <p>It may be starting, or your network is down. This page tries again by itself.</p>
      <p className="row muted" role="status">
        <Spinner /> Trying again …
      </p>
    </FullPage>
  );
}
