import { SyncProgressDashboard } from '@sync-operations/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

/** `?orgId=` is shown; `&twice` by two components; `&links` with a link and a button on each card. */
const wanted = new URLSearchParams(location.search);
const orgId = wanted.get('orgId') ?? '';
const extras = wanted.has('links') && {
  href: ({ sync_id }: { sync_id: string }) => `/syncs/${sync_id}`,
  actions: ({ sync_id }: { sync_id: string }) => <button type="button">Pause {sync_id}</button>,
};

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <SyncProgressDashboard orgId={orgId} headingLevel={2} {...extras} />
    {wanted.has('twice') && <SyncProgressDashboard orgId={orgId} headingLevel={2} />}
  </StrictMode>,
);
