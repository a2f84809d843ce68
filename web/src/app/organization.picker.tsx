import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { fetchOrganizations, useSession } from '../api/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { FullPage } from '../ui/page.tsx';
import { organizationPath } from './location.ts';
import './organization.picker.css';

/** Finds an organization by a part of its id. The links reload the page, so that nothing of one tenant stays for the next. */
function OrganizationPicker({ current }: { readonly current?: string }) {
  const [typed, setTyped] = useState('');
  const q = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['organizations', q],
    queryFn: () => fetchOrganizations(q || undefined),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="org-picker">
      <Field label="Find an organization">
        <input type="search" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
      </Field>
      {found.isPending && <Skeleton lines={4} />}
      {found.isError && <ErrorNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.ids.length === 0 && (
        <p className="muted" role="status">
          {q ? `No organization has “${q}” in its name.` : 'No organization has a sync or a connection yet.'}
        </p>
      )}
      <ul>
        {found.data?.ids.map((id) => (
          <li key={id}>
            <a href={`${organizationPath(id)}/overview`} aria-current={id === current ? 'true' : undefined}>
              {id}
            </a>
          </li>
        ))}
      </ul>
      {found.data?.more && <p className="muted">There are more. Type a part of the name to find one.</p>}
      {q && !found.data?.ids.includes(q) && (
        <p>
          <a href={`${organizationPath(q)}/overview`}>Open “{q}” anyway</a>, even if it has no data yet.
        </p>
      )}
    </div>
  );
}

/** Opened from the page of an organization. */
export default function OrganizationDialog({
  current,
  onClose,
}: {
  readonly current: string;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title="Switch organization" onClose={onClose}>
      <OrganizationPicker current={current} />
    </Dialog>
  );
}

/** The first page of users who may see several organizations. */
export function OrganizationChooser() {
  const none = useSession().data?.ids.length === 0;
  return (
    <FullPage title="Choose an organization">
      {none && (
        <p>
          Nothing has been synced yet. Type the <code>org_id</code> that your services use and open it. Then add a
          connection, or report a sync over the API.
        </p>
      )}
      <OrganizationPicker />
    </FullPage>
  );
}
