import { useEffect, useState } from 'react';
import { serverNow } from '../api/server.clock.ts';
import { dateTime, relativeTime } from './format.ts';

/** A relative time such as “5 minutes ago”, with the exact time as its title; `absolute` shows the exact time. */
export function Time({ at, absolute = false }: { readonly at: string; readonly absolute?: boolean }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (absolute) return;
    const timer = setInterval(() => tick((n) => n + 1), 15_000);
    return () => clearInterval(timer);
  }, [absolute]);
  return (
    <time dateTime={at} title={dateTime(at)} className="nowrap">
      {absolute ? dateTime(at) : relativeTime(at, serverNow())}
    </time>
  );
}

/** The current time of the service, updated every `everyMs` milliseconds; null: never updated. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
