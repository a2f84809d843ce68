import { Link } from 'wouter';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import type { OnTrendsChange } from './trends.filters.tsx';
import { PERIODS } from './trends.period.ts';

interface Props {
  readonly days: number;
  readonly entityType: string | undefined;
  readonly onChange: OnTrendsChange;
}

const LONGEST = Math.max(...PERIODS);

/** No sync ended in the period: a longer one, another type, or a first sync. */
export function TrendsEmpty({ days, entityType, onChange }: Props) {
  return (
    <Empty title={`No sync${entityType ? ` of ${entityType}` : ''} ended in the last ${days} days`}>
      <p>
        Each sync that ends is counted here. <Link href="/connections">Add a connection and run one</Link>, or report
        your own over the <a href="/docs">API</a>.
      </p>
      <div className="row">
        {days < LONGEST && (
          <Button onClick={() => onChange({ days: String(LONGEST) })}>Look at the last {LONGEST} days</Button>
        )}
        {entityType && <Button onClick={() => onChange({ entity_type: undefined })}>Look at all entity types</Button>}
      </div>
    </Empty>
  );
}
