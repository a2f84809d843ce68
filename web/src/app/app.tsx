import { lazy, Suspense } from 'react';
import { Redirect, Router, useLocation } from 'wouter';
import { useSession } from '../api/session.ts';
import { ErrorBoundary, ServiceUnavailable } from './error.pages.tsx';
import { organizationOf, organizationPath } from './location.ts';
import { OrganizationPages } from './organization.pages.tsx';
import { lastOrganization } from './preferences.ts';

/** Loaded by whoever sees them: most come with a session, and to one organization. */
const SignInPage = lazy(() => import('./sign-in.page.tsx'));
const OrganizationChooser = lazy(async () => ({
  default: (await import('./organization.picker.tsx')).OrganizationChooser,
}));

/** Shows the sign-in page, the choice of an organization, or the pages of one. */
export function App() {
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <Entrance />
      </Suspense>
    </ErrorBoundary>
  );
}

function Entrance() {
  const session = useSession();
  const [path] = useLocation();
  if (session.isPending) return session.failureCount > 0 ? <ServiceUnavailable /> : null;
  if (session.data === null) return <SignInPage />;
  if (!session.data) return <ServiceUnavailable />;
  // The raw path: the one of the router is partly decoded.
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
  if (path === '/' && target) return <Redirect to={`${organizationPath(target)}/overview`} replace />;
  return <OrganizationChooser />;
}
