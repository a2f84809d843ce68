import type { WriteOperation } from '../connectors/contract/connector.types.ts';
import { type FieldPath, topOf } from './field.diff.ts';
import { withSkusOf } from './line.alignment.ts';
import type { PlannedItem } from './planning.types.ts';

/** Whether carrying out the plan takes a write to the destination. */
export const isWrite = ({ plan }: PlannedItem): boolean =>
  plan.kind === 'create' || plan.kind === 'update' || plan.kind === 'delete';

/** The write that carries out a plan. */
export function operationOf({ plan, key, target, before, lacksCustomer }: PlannedItem): WriteOperation {
  switch (plan.kind) {
    case 'create':
      return {
        ...{ kind: 'create', key, data: plan.data, ...(target && { whole: target }) },
        ...(lacksCustomer && { lacksCustomer }),
      };
    case 'update': {
      const { external_id, data } = plan.destination;
      const changes = [...new Set(plan.fields.map(({ field }) => writablePath(field)))];
      const current = plan.awake ?? data ?? plan.data;
      const whole = target && { whole: withSkusOf(plan.data, target) };
      const known = { current, before, ...whole, ...(plan.awake && { restores: true }) };
      return { kind: 'update', external_id, data: plan.data, changes, ...known };
    }
    case 'delete':
      return { kind: 'delete', external_id: plan.destination.external_id };
    default:
      throw new Error(`nothing is written for a plan of kind ${plan.kind}`);
  }
}

/** The update that goes before the delete of a plan; null when none does. */
export function resetOf({ plan }: PlannedItem): WriteOperation | null {
  if (plan.kind !== 'delete' || !plan.resets || !plan.destination.data) return null;
  const { external_id, data: current } = plan.destination;
  const { data, fields } = plan.resets;
  const changes = [...new Set(fields.map(({ field }) => writablePath(field)))];
  return { kind: 'update', external_id, data, changes, current, before: null };
}

/** Connectors write a list as a whole: `variations[Size=M].price` is `variations` to them. */
const writablePath = (field: FieldPath): FieldPath => (field.includes('[') ? topOf(field) : field);
