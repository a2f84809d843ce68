import { Link } from 'wouter';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { type ActivityParameters, isFiltered, type OnChange, periodOf } from './activity.filters.ts';
import { NO_FILTERS } from './trail.filters.tsx';

interface Props {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}

/** Nothing matches, or nothing has happened: which of them, and what to do. */
export function TrailEmpty({ parameters, onChange }: Props) {
  const isAll = periodOf(parameters).kind === 'all';
  if (!isFiltered(parameters) && isAll)
    return (
      <Empty title="Nothing has happened yet">
        <p>
          A sync that ends is entered here by itself. <Link href="/connections">Add a connection and run one</Link>, or
          report your own over the <a href="/docs">API</a>.
        </p>
      </Empty>
    );
  return (
    <Empty title={isFiltered(parameters) ? 'Nothing matches these filters' : 'Nothing happened in this period'}>
      <p>What you look for may be older, or named differently.</p>
      <div className="row">
        {isFiltered(parameters) && <Button onClick={() => onChange(NO_FILTERS)}>Clear the filters</Button>}
        {!isAll && (
          <Button onClick={() => onChange({ days: 'all', from: undefined, to: undefined })}>Look at all time</Button>
        )}
      </div>
    </Empty>
  );
}
