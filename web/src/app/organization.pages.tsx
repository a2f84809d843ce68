import { lazy, Suspense, useEffect, useMemo } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { OrganizationContext, openOrganization } from '../api/organization.ts';
import { OverviewPage } from '../overview/overview.page.tsx';
import { PageSkeleton } from '../ui/loading.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { ErrorBoundary, NotFound } from './error.pages.tsx';
import { rememberOrganization } from './preferences.ts';
import { Shell } from './shell.tsx';

const LivePage = lazy(() => import('../live/live.page.tsx'));
const SyncsPage = lazy(() => import('../syncs/syncs.page.tsx'));
const ConflictsPage = lazy(() => import('../conflicts/conflicts.page.tsx'));
const SyncPage = lazy(() => import('../sync/sync.page.tsx'));
const ItemPage = lazy(() => import('../items/item.page.tsx'));
const MatchesPage = lazy(() => import('../matches/matches.page.tsx'));
const GalleryPage = lazy(() => import('../gallery/gallery.page.tsx'));
const AlertsPage = lazy(() => import('../alerts/alerts.page.tsx'));
const ActivityPage = lazy(() => import('../activity/activity.page.tsx'));
const TrendsPage = lazy(() => import('../trends/trends.page.tsx'));
const PreviewsPage = lazy(() => import('../previews/previews.page.tsx'));
const PreviewPage = lazy(() => import('../previews/preview.page.tsx'));
const ConnectionsPage = lazy(() => import('../connections/connections.page.tsx'));
const NewConnectionPage = lazy(() => import('../connections/new-connection.page.tsx'));
const SettingsPage = lazy(() => import('../settings/settings.page.tsx'));
const ErasuresPage = lazy(() => import('../erasures/erasures.page.tsx'));
const ConnectionPage = lazy(() => import('../connections/connection.page.tsx'));

/** The overview is loaded with the frame because most visits start there. Each other page is loaded when it is opened. */
export function OrganizationPages({ orgId }: { readonly orgId: string }) {
  const organization = useMemo(() => openOrganization(orgId), [orgId]);
  useEffect(() => rememberOrganization(orgId), [orgId]);
  return (
    <OrganizationContext value={organization}>
      <ToastProvider>
        <Shell>
          <ErrorBoundary>
            <Suspense fallback={<PageSkeleton />}>
              <Switch>
                <Route path="/overview" component={OverviewPage} />
                <Route path="/live" component={LivePage} />
                <Route path="/syncs" component={SyncsPage} />
                <Route path="/conflicts" component={ConflictsPage} />
                <Route path="/syncs/*" component={SyncPage} />
                <Route path="/items" component={ItemPage} />
                <Route path="/matches" component={MatchesPage} />
                <Route path="/gallery" component={GalleryPage} />
                <Route path="/alerts" component={AlertsPage} />
                <Route path="/activity" component={ActivityPage} />
                <Route path="/trends" component={TrendsPage} />
                <Route path="/previews" component={PreviewsPage} />
                <Route path="/previews/*" component={PreviewPage} />
                <Route path="/connections" component={ConnectionsPage} />
                <Route path="/connections/new" component={NewConnectionPage} />
                <Route path="/connections/*" component={ConnectionPage} />
                <Route path="/settings" component={SettingsPage} />
                <Route path="/settings/erasures" component={ErasuresPage} />
                <Route path="/">
                  <Redirect to="/overview" replace />
                </Route>
                <Route component={NotFound} />
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </Shell>
      </ToastProvider>
    </OrganizationContext>
  );
}
