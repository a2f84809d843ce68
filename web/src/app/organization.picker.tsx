import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { fetchOrganizations } from '../api/session.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { organizationPath } from './location.ts';
import './organization.picker.css';

/** Finds an organization by part of its name. The links leave the page: nothing of one tenant is kept for the next. */
export function OrganizationPicker({ current }: { readonly current?: string }) {
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
            <a href={`${organizationPath(id)}/live`} aria-current={id === current ? 'true' : undefined}>
              {id}
            </a>
          </li>
        ))}
      </ul>
      {found.data?.more && <p className="muted">There are more; type part of the name.</p>}
      {q && !found.data?.ids.includes(q) && (
        <p>
          <a href={`${organizationPath(q)}/live`}>Open “{q}” anyway</a>, also when it has nothing yet.
        </p>
      )}
    </div>
  );
}
