import { useEffect, useState } from 'react';
import { dateTime, relativeTime } from './format.ts';

/** A moment as people say it, with the exact one on hover and for screen readers that ask. */
export function Time({ at, absolute = false }: { readonly at: string; readonly absolute?: boolean }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (absolute) return;
    const timer = setInterval(() => tick((n) => n + 1), 15_000);
    return () => clearInterval(timer);
  }, [absolute]);
  return (
    <time dateTime={at} title={dateTime(at)} className="nowrap">
      {absolute ? dateTime(at) : relativeTime(at)}
    </time>
  );
}
