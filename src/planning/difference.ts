import type { Difference, PreviewChange } from './planning.types.ts';

/** The kinds of change among which each difference is; of conflicts, those that say in which fields the two differ are differences. */
export const KINDS_OF_DIFFERENCE: Readonly<Record<Difference, readonly PreviewChange['kind'][]>> = {
  different: ['update', 'conflict'],
  missing_at_source: ['delete', 'unbind'],
  missing_at_destination: ['create'],
  not_compared: ['conflict'],
};

/** What the change that would make the ends equal says about them. Pure. */
export function differenceOf({ kind, fields }: Pick<PreviewChange, 'kind' | 'fields'>): Difference {
  if (kind === 'create') return 'missing_at_destination';
  if (kind === 'delete' || kind === 'unbind') return 'missing_at_source';
  return kind === 'update' || fields.length > 0 ? 'different' : 'not_compared';
}
