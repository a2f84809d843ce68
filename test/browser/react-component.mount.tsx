import { SyncBadge, SyncProgressDashboard } from '@sync-operations/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

/**
 * `?orgId=` is shown; `&twice` by two components; `&links` with a link and a button on each card; `&variant=` as that, with a badge;
 * `&baseUrl=&token=` from a service of another origin.
 */
const wanted = new URLSearchParams(location.search);
const orgId = wanted.get('orgId') ?? '';
const extras = wanted.has('links') && {
  href: ({ sync_id }: { sync_id: string }) => `/syncs/${sync_id}`,
  actions: ({ sync_id }: { sync_id: string }) => <button type="button">Pause {sync_id}</button>,
};

const variant = (wanted.get('variant') ?? 'cards') as 'cards' | 'compact' | 'table';
const baseUrl = wanted.get('baseUrl');
const token = wanted.get('token');
const service = { ...(baseUrl && { baseUrl }), ...(token && { token }) };

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <SyncProgressDashboard orgId={orgId} headingLevel={2} variant={variant} {...service} {...extras} />
    {wanted.has('variant') && <SyncBadge orgId={orgId} {...service} />}
    {wanted.has('twice') && <SyncProgressDashboard orgId={orgId} headingLevel={2} />}
  </StrictMode>,
);
