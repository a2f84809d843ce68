import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { CopyButton } from '../ui/button.tsx';
import { Empty } from '../ui/card.tsx';
import { reportExample } from './report.example.ts';

/** Nothing is running: the two ways to start a sync. */
export function LiveEmpty() {
  const { orgId } = useOrganization();
  const example = reportExample(window.location.origin, orgId);
  return (
    <Empty title="Nothing runs now">
      <p>
        <Link href="/connections">Connect a shop or an ERP</Link> and run a sync, or report a sync from your own
        service. It appears here within a second:
      </p>
      <div className="live-example">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
        <pre tabIndex={0}>{example}</pre>
        <CopyButton text={example} what="command" />
      </div>
    </Empty>
  );
}
