import { type Activity, listActivity } from '@sync-operations/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import type { SyncAndRun } from './sync.queries.ts';
import { startedBy } from './sync.text.ts';
import { groupsOf, timelineText } from './timeline.text.ts';
import './sync.timeline.css';

const PAGE = 50;
/** A reason or a webhook may be recorded before the sync exists. */
const BEFORE_START_MS = 3_600_000;

/** The entries of the audit trail about this sync, oldest first. */
export function SyncTimeline({ sync, run }: SyncAndRun) {
  const { orgId, client } = useOrganization();
  const from = new Date(Date.parse(sync.started_at) - BEFORE_START_MS).toISOString();
  const trail = useInfiniteQuery({
    // The end of the sync is part of the key, because its entry is written with it.
    queryKey: [orgId, 'timeline', sync.sync_id, sync.completed_at],
    queryFn: ({ pageParam }) =>
      unwrap(
        listActivity({
          client,
          query: { sync_id: sync.sync_id, from, limit: PAGE, ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: sync.completed_at ? false : 5_000,
    placeholderData: (previous) => previous,
  });
  const entries = trail.data?.pages.flatMap(({ items }) => items).reverse();
  return (
    <Card title="Timeline">
      <ol className="timeline">
        <Step at={sync.started_at} title="Started" who={startedBy(sync.initiated_by, run)} tone="neutral" />
        {trail.hasNextPage && (
          <li className="timeline-more">
            <Button size="small" busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
              Show earlier entries
            </Button>
          </li>
        )}
        {entries && <TimelineEntries entries={entries} />}
      </ol>
      {trail.isPending && <Skeleton lines={2} />}
      {trail.isError && <ErrorNote error={trail.error} onRetry={() => void trail.refetch()} />}
      {entries?.length === 0 && !sync.completed_at && (
        <p className="muted small">Requests to pause or cancel the sync, and its end, are listed here.</p>
      )}
    </Card>
  );
}

/** The entries, oldest first. What a service wrote many times in a row is one step. */
export function TimelineEntries({ entries }: { readonly entries: readonly Activity[] }) {
  return groupsOf(entries).map(([first, ...others]) =>
    others.length === 0 ? (
      <Entry key={first.id} entry={first} />
    ) : (
      <Group key={first.id} entries={[first, ...others]} />
    ),
  );
}

/** Messages shown at first. */
const MESSAGES = 3;

function Group({ entries }: { readonly entries: readonly [Activity, ...Activity[]] }) {
  const [first] = entries;
  const { title, tone } = timelineText(first);
  const messages = [...new Set(entries.flatMap((entry) => timelineText(entry).quote ?? []))];
  return (
    <Step at={first.created_at} title={`${title} × ${entries.length}`} who={first.user_id} tone={tone}>
      {messages.slice(0, MESSAGES).map((message) => (
        <p key={message} className="timeline-quote break">
          {message}
        </p>
      ))}
      <details>
        <summary className="small">Each of them</summary>
        <ol className="timeline">
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      </details>
    </Step>
  );
}

function Entry({ entry }: { readonly entry: Activity }) {
  const { title, quote, tone, linkedSyncId } = timelineText(entry);
  return (
    <Step at={entry.created_at} title={title} who={entry.user_id} tone={tone}>
      {quote && <p className="timeline-quote break">{quote}</p>}
      {linkedSyncId && (
        <Link href={syncPath(linkedSyncId)}>
          {entry.activity_type === 'undo_requested' ? 'Its preview' : 'The sync that retries them'}
        </Link>
      )}
      {entry.details && (
        <details>
          <summary className="small">Details</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(entry.details, null, 2)}</pre>
        </details>
      )}
    </Step>
  );
}

interface StepProps {
  readonly at: string;
  readonly title: string;
  readonly who: string | null;
  readonly tone: ReturnType<typeof timelineText>['tone'];
  readonly children?: ReactNode;
}

function Step({ at, title, who, tone, children }: StepProps) {
  return (
    <li className={`timeline-step timeline-${tone}`}>
      <p className="timeline-title break">{title}</p>
      <p className="muted small">
        <Time at={at} absolute />
        {who && ` · ${who}`}
      </p>
      {children}
    </li>
  );
}
