import { QUOTA_TEXTS } from '../connections/quota.text.ts';
import { Card } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useUsage } from './settings.queries.ts';

const MIB = 1024 * 1024;

/** How much of each quota is used. The operator of the service sets them. */
export function UsageCard() {
  const { data, error, refetch } = useUsage();
  return (
    <Card title="Limits">
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={4} />}
      {data && (
        <dl className="settings-usage">
          {data.map(({ name, used, limit }) => (
            <div key={name}>
              <dt>{QUOTA_TEXTS[name]}</dt>
              <dd>
                <span>
                  {amountOf(name, used)} of {amountOf(name, limit)}
                </span>
                <meter
                  min={0}
                  max={Math.max(limit, 1)}
                  high={limit * 0.8}
                  value={used}
                  aria-label={QUOTA_TEXTS[name]}
                />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

const isBytes = (name: string): boolean => name.endsWith('_bytes');
const amountOf = (name: string, amount: number): string =>
  isBytes(name) ? `${Math.ceil(amount / MIB).toLocaleString('en')} MiB` : amount.toLocaleString('en');
