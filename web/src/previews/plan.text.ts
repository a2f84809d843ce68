import type { Preview } from '@sync-operations/client';
import { useConnectionName, useConnections, useConnectors } from '../connections/connection.queries.ts';
import { capitalized, count } from '../ui/format.ts';
import type { ComputedDelta } from './preview.delta.ts';
import { countsOf } from './preview.summary.ts';

export interface PlanText {
  /** `Create 31, update 9, archive 4 in “ERP”`. */
  readonly sentence: string;
  /** `3 conflicts are left alone`; null: there are none. */
  readonly leftAlone: string | null;
  /** What happens to an entry that is gone at the source; null: none is. */
  readonly removal: 'delete' | 'archive' | null;
}

/** What applying a preview does, in words. An ERP archives what a shop deletes for good. */
export function planText(summary: Preview['summary'], destination: string, archives: boolean): PlanText {
  const values = new Map(countsOf(summary).map(({ name, value }) => [name as string, value]));
  const removes = archives ? 'archive' : 'delete';
  const parts = [
    ['create', values.get('creates')],
    ['update', values.get('updates')],
    [removes, values.get('deletes')],
  ].flatMap(([verb, many]) => (typeof many === 'number' && many > 0 ? [`${verb} ${count(many)}`] : []));
  const conflicts = values.get('conflicts') ?? 0;
  return {
    sentence: `${capitalized(parts.join(', ') || 'change nothing')} in “${destination}”`,
    leftAlone:
      conflicts === 0
        ? null
        : conflicts === 1
          ? '1 conflict is left alone'
          : `${count(conflicts)} conflicts are left alone`,
    removal: (values.get('deletes') ?? 0) > 0 ? removes : null,
  };
}

/** The plan of a preview for the connection that it would write to. */
export function usePlanText({ summary, entity_type }: Preview, { destination }: ComputedDelta): PlanText {
  const nameOf = useConnectionName();
  const system = useConnections().data?.find(({ id }) => id === destination)?.system;
  const connector = useConnectors().data?.find((one) => one.system === system);
  const entity = connector?.entities.find((one) => one.entity_type === entity_type);
  return planText(summary, nameOf(destination), entity?.deletes === 'archive');
}
