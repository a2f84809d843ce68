import { useSyncProgress } from '@sync-operations/react';
import { useEffect } from 'react';
import { useOrganization } from '../api/organization.ts';
import { Icon } from '../ui/icon.tsx';

/**
 * Says so when nothing has come from the service for 5 s, on every page: by what arrives on the live stream, which all tabs share, and
 * not by whether a connection is open. What is shown is marked as old meanwhile.
 */
export function Freshness() {
  const { orgId } = useOrganization();
  const { loaded, isStale, state } = useSyncProgress(orgId);
  const isOld = loaded && (isStale || state === 'reconnecting');
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', isOld);
    return () => document.documentElement.removeAttribute('data-stale');
  }, [isOld]);
  return (
    <p className="shell-stale" role="status">
      {isOld && (
        <>
          <Icon name="alert" /> No news from the service for 5 s. What is shown may be old.
        </>
      )}
    </p>
  );
}
