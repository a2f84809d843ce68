import { useParameters } from '../app/location.ts';
import { PageHeader } from '../ui/page.tsx';
import { TabLinks } from '../ui/tab-links.tsx';
import { ACTIVITY_PARAMETERS, activityPath } from './activity.filters.ts';
import { Failures } from './failures.tsx';
import { Trail } from './trail.tsx';
import './activity.css';

/** What happened in the organization, and who did it; what is shown stands in the address. */
export default function ActivityPage() {
  const [parameters, change] = useParameters(ACTIVITY_PARAMETERS);
  const { tab, days, from, to, entity_type } = parameters;
  const isFailures = tab === 'failures';
  // The other tab is about the same time and kind; what only one of them can filter by stays behind.
  const kept = {
    ...(days && { days }),
    ...(from && { from }),
    ...(to && { to }),
    ...(entity_type && { entity_type }),
  };
  return (
    <>
      <PageHeader title="Activity">
        Every end of a sync, every request to steer one, and what your services report.
      </PageHeader>
      <TabLinks
        name="Activity"
        tabs={[
          { href: isFailures ? activityPath(kept) : activityPath(parameters), label: 'Trail', current: !isFailures },
          { href: activityPath({ ...kept, tab: 'failures' }), label: 'Failures', current: isFailures },
        ]}
      />
      {isFailures ? (
        <Failures parameters={parameters} onChange={change} />
      ) : (
        <Trail parameters={parameters} onChange={change} />
      )}
    </>
  );
}
