import { useParameters } from '../app/location.ts';
import { PageHeader } from '../ui/page.tsx';
import { TabLinks } from '../ui/tab-links.tsx';
import { ACTIVITY_PARAMETERS, activityPath } from './activity.filters.ts';
import { Failures } from './failures.tsx';
import { Trail } from './trail.tsx';
import './activity.css';

/** The audit trail and the failures of the organization. Tab and filters are query parameters. */
export default function ActivityPage() {
  const [parameters, change] = useParameters(ACTIVITY_PARAMETERS);
  const { tab, days, from, to, entity_type } = parameters;
  const isFailures = tab === 'failures';
  // The other tab keeps the filters that both have.
  const kept = {
    ...(days && { days }),
    ...(from && { from }),
    ...(to && { to }),
    ...(entity_type && { entity_type }),
  };
  return (
    <>
      <PageHeader title="Activity">
        Every sync that ended, every request to pause, resume, cancel or retry one, and what your services report.
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
