import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { useParameters } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { daysUpTo, PERIODS, periodDays } from './chart.scales.ts';
import { SlowSyncs } from './slow.syncs.tsx';
import { type OnTrendsChange, TrendsFilters } from './trends.filters.tsx';
import { TrendsNumbers } from './trends.numbers.tsx';
import { useTrends } from './trends.queries.ts';
import { daysOf, numbersOf, seriesOf } from './trends.series.ts';
import './trends.css';

/** Loaded after the numbers, because the chart library is large. */
const TrendsCharts = lazy(() => import('./trends.charts.tsx'));

const PARAMETERS = ['days', 'entity_type'] as const;

/** Durations and records of syncs per day. */
export default function TrendsPage() {
  const [{ days: period, entity_type }, change] = useParameters(PARAMETERS);
  const days = daysUpTo(Date.now(), periodDays(period));
  const [from = ''] = days;
  const trends = useTrends(from);
  const all = trends.data ?? [];
  const items = entity_type ? all.filter((item) => item.entity_type === entity_type) : all;
  const series = seriesOf(items);
  return (
    <>
      <PageHeader title="Trends">
        How long syncs take and how many records they move. Days are UTC days, including today so far.
      </PageHeader>
      <TrendsFilters days={days.length} entityType={entity_type} items={all} onChange={change} />
      {trends.isPending && <Skeleton lines={10} />}
      {trends.isError && <ErrorNote error={trends.error} onRetry={() => void trends.refetch()} />}
      {trends.data && items.length === 0 && (
        <TrendsEmpty days={days.length} entityType={entity_type} onChange={change} />
      )}
      {items.length > 0 && (
        <div className="stack">
          <TrendsNumbers numbers={numbersOf(items)} />
          <Suspense fallback={<Skeleton lines={10} />}>
            <TrendsCharts series={series} days={daysOf(items, series, days)} />
            {/* With the charts, which would push it away from where a command has led. */}
            <SlowSyncs from={from} entityType={entity_type} />
          </Suspense>
        </div>
      )}
    </>
  );
}

interface Props {
  readonly days: number;
  readonly entityType: string | undefined;
  readonly onChange: OnTrendsChange;
}

const LONGEST = Math.max(...PERIODS);

/** No sync ended in the period: offers a longer period, all entity types, or a first sync. */
function TrendsEmpty({ days, entityType, onChange }: Props) {
  return (
    <Empty title={`No sync${entityType ? ` of ${entityType}` : ''} ended in the last ${days} days`}>
      <p>
        Every sync that ends is counted here. <Link href="/connections">Add a connection and run a sync</Link>, or
        report one of your own over the <a href="/docs">API</a>.
      </p>
      <div className="row">
        {days < LONGEST && (
          <Button onClick={() => onChange({ days: String(LONGEST) })}>Show the last {LONGEST} days</Button>
        )}
        {entityType && <Button onClick={() => onChange({ entity_type: undefined })}>Show all entity types</Button>}
      </div>
    </Empty>
  );
}
