import type { StreamedSync } from './live/sync.types.ts';

/** Between 0 and 100; undefined while the total is not known. Failed items are done, too. */
export function percentOf({ processed_count, failed_count, total_items }: StreamedSync): number | undefined {
  if (total_items === null) return undefined;
  return total_items === 0 ? 100 : Math.min(100, ((processed_count + failed_count) / total_items) * 100);
}

export const nameOf = ({ entity_type }: StreamedSync): string => `${entity_type.toUpperCase()} Sync`;

export const countWords = ({ processed_count, total_items }: StreamedSync): string =>
  `${processed_count.toLocaleString()} / ${total_items === null ? '?' : total_items.toLocaleString()}`;

/** What a screen reader says of the bar. */
export function progressWords(sync: StreamedSync): string {
  const percent = percentOf(sync);
  const failed = sync.failed_count > 0 ? `, ${sync.failed_count.toLocaleString()} failed` : '';
  if (percent === undefined) return `${sync.processed_count.toLocaleString()} done${failed}, total not known`;
  const total = (sync.total_items ?? 0).toLocaleString();
  return `${sync.processed_count.toLocaleString()} of ${total} done${failed}, ${Math.floor(percent)} %`;
}

export const speedWords = (perMinute: number | null): string =>
  perMinute === null ? '– items/min' : `${rate(perMinute)} items/min`;

/** What the sparkline shows, for who does not see it. */
export function trendWords(samples: readonly number[]): string {
  if (samples.length < 2) return 'Speed: too few reports to draw';
  const range = `between ${rate(Math.min(...samples))} and ${rate(Math.max(...samples))}`;
  return `Speed over the last ${samples.length} reports: ${range} items a minute, at last ${rate(samples.at(-1) ?? 0)}`;
}

/** Tenths where they tell something. */
function rate(value: number): string {
  const digits = value < 1_000 ? 1 : 0;
  return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
