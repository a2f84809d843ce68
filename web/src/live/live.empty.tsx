import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Empty } from '../ui/empty.tsx';
import { reportExample } from './report.example.ts';

/** Nothing runs: the two ways to change that. */
export function LiveEmpty() {
  const { orgId } = useOrganization();
  const example = reportExample(window.location.origin, orgId);
  return (
    <Empty title="Nothing runs now">
      <p>
        <Link href="/connections">Connect a shop or an ERP</Link> and run a sync, or report one of your own service; it
        appears here within a second:
      </p>
      <div className="live-example">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre tabIndex={0}>{example}</pre>
        <CopyButton text={example} what="command" />
      </div>
    </Empty>
  );
}
