import { lazy, Suspense, useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { useSession } from '../api/session.ts';
import { Icon } from '../ui/icon.tsx';
import './organization.switch.css';

/** Loaded when it is opened first: most users have one organization. */
const OrganizationDialog = lazy(() => import('./organization.picker.tsx'));

/** The id of the open organization; a button for users who may see several. */
export function OrganizationSwitch() {
  const { orgId } = useOrganization();
  const { data } = useSession();
  const [open, setOpen] = useState(false);
  const several = data && (data.more || data.ids.some((id) => id !== orgId));
  if (!several)
    return (
      <span className="org-name" title={orgId}>
        {orgId}
      </span>
    );
  return (
    <>
      <button type="button" className="org-switch" onClick={() => setOpen(true)} aria-haspopup="dialog">
        <span className="visually-hidden">Organization: </span>
        <span className="org-name">{orgId}</span>
        <Icon name="updown" />
      </button>
      {open && (
        <Suspense fallback={null}>
          <OrganizationDialog current={orgId} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
