import { useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { useSession } from '../api/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { OrganizationPicker } from './organization.picker.tsx';

/** Whose pages these are; a button for those who may see several. */
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
        <Dialog title="Switch organization" onClose={() => setOpen(false)}>
          <OrganizationPicker current={orgId} />
        </Dialog>
      )}
    </>
  );
}
