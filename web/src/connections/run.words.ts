import type { Run } from '@sync-operations/client';
import { count } from '../ui/format.ts';

/** What a preview counts it would do, not what was done. */
const PLANNED: Readonly<Record<string, string>> = { created: 'to create', updated: 'to update', deleted: 'to delete' };

/** 12 created, 3 failed; of a preview: 12 to create. A dash while there is nothing. */
export function itemsText({ kind, counts }: Pick<Run, 'kind' | 'counts'>): string {
  const parts = Object.entries(counts).flatMap(([what, many]) =>
    many > 0 ? [`${count(many)} ${(kind === 'preview' && PLANNED[what]) || what}`] : [],
  );
  return parts.length === 0 ? '–' : parts.join(', ');
}
