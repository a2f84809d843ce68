import { type QuotaUsage, usage } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Card } from '../ui/card.tsx';
import { bytes, count } from '../ui/format.ts';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { QUOTA_TEXTS, QUOTAS_OF_CONNECTIONS } from './quota.text.ts';
import './usage.css';

/** From here on somebody should know before it is full. */
const NEARLY_FULL = 0.8;

/** How much of what connections need the organization has used: all of its connections together. */
export function UsageCard() {
  const { orgId, client } = useOrganization();
  const { data, error, refetch } = useQuery({
    queryKey: [orgId, 'usage'],
    queryFn: async () => (await unwrap(usage({ client }))).items,
    staleTime: 30_000,
  });
  return (
    <Card title="Usage of the organization" region>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={4} />}
      {data && (
        <ul className="usage" aria-label="Quotas">
          {data
            .filter(({ name }) => QUOTAS_OF_CONNECTIONS.has(name))
            .map((quota) => (
              <Quota key={quota.name} quota={quota} label={QUOTA_TEXTS[quota.name]} />
            ))}
        </ul>
      )}
    </Card>
  );
}

function Quota({ quota: { name, used, limit }, label }: { readonly quota: QuotaUsage; readonly label: string }) {
  const isNearlyFull = used >= limit * NEARLY_FULL;
  const text = name.endsWith('_bytes') ? bytes : count;
  return (
    <li>
      <p className="small">
        {label}{' '}
        <span className={isNearlyFull ? 'warn' : 'muted'}>
          {text(Math.min(used, limit))} of {text(limit)}
          {isNearlyFull && (used >= limit ? ', full' : ', nearly full')}
        </span>
      </p>
      <meter min={0} max={limit} value={Math.min(used, limit)} aria-label={label} />
    </li>
  );
}
