import { Redirect, Router, useLocation } from 'wouter';
import { useSession } from '../api/session.ts';
import { lastOrganization } from './last.organization.ts';
import { organizationOf, organizationPath } from './location.ts';
import { NoAnswer } from './no-answer.tsx';
import { OrganizationChooser } from './organization.chooser.tsx';
import { OrganizationPages } from './organization.pages.tsx';
import { SignInPage } from './sign-in.page.tsx';

/** Who is here decides what is shown: sign in, choose an organization, or its pages. */
export function App() {
  const session = useSession();
  const [path] = useLocation();
  if (session.isPending) return session.failureCount > 0 ? <NoAnswer /> : null;
  if (session.data === null) return <SignInPage />;
  if (!session.data) return <NoAnswer />;
  // The raw address: the router's is decoded halfway.
  const open = organizationOf(window.location.pathname);
  if (open)
    return (
      <Router base={open.base} key={open.base}>
        <OrganizationPages orgId={open.orgId} />
      </Router>
    );
  const { ids, more } = session.data;
  const only = ids.length === 1 && !more ? ids[0] : undefined;
  const target = only ?? ids.find((id) => id === lastOrganization());
  if (path === '/' && target) return <Redirect to={`${organizationPath(target)}/live`} replace />;
  return <OrganizationChooser />;
}
