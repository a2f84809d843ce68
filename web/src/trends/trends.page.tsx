import { lazy, Suspense } from 'react';
import { useParameters } from '../app/location.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { PageHeader } from '../ui/page.tsx';
import { SlowSyncs } from './slow.syncs.tsx';
import { TrendsEmpty } from './trends.empty.tsx';
import { TrendsFilters } from './trends.filters.tsx';
import { TrendsNumbers } from './trends.numbers.tsx';
import { daysUpTo, periodDays } from './trends.period.ts';
import { useTrends } from './trends.queries.ts';
import { daysOf, numbersOf, seriesOf } from './trends.series.ts';
import './trends.css';

/** The library that draws is large and comes after the numbers. */
const TrendsCharts = lazy(() => import('./trends.charts.tsx'));

const PARAMETERS = ['days', 'entity_type'] as const;

/** How long syncs take and how much they move, day by day. */
export default function TrendsPage() {
  const [{ days: said, entity_type }, change] = useParameters(PARAMETERS);
  const days = daysUpTo(Date.now(), periodDays(said));
  const [from = ''] = days;
  const trends = useTrends(from);
  const all = trends.data ?? [];
  const items = entity_type ? all.filter((item) => item.entity_type === entity_type) : all;
  const series = seriesOf(items);
  return (
    <>
      <PageHeader title="Trends">
        How long syncs take and how much they move. Days are days of UTC; today’s is not over.
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
          </Suspense>
          <SlowSyncs from={from} entityType={entity_type} />
        </div>
      )}
    </>
  );
}
