import { useSession } from '../api/session.ts';
import { FullPage } from '../ui/full-page.tsx';
import { OrganizationPicker } from './organization.picker.tsx';

/** The first page of those who may see several organizations. */
export function OrganizationChooser() {
  const none = useSession().data?.ids.length === 0;
  return (
    <FullPage title="Choose an organization">
      {none && (
        <p>
          Nothing has been synced here yet. Type the name your services use as <code>org_id</code>, open it, and add a
          connection, or report a sync over the API.
        </p>
      )}
      <OrganizationPicker />
    </FullPage>
  );
}
