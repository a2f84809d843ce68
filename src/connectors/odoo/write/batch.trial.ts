import type { ItemProblem, WriteOperation } from '../../contract/connector.types.ts';
import { toId } from '../client/odoo.values.ts';
import type { CreateOperation, OdooEntity, Prepared, UpdateOperation } from '../odoo.entity.ts';
import { GONE } from './batch.outcomes.ts';

/** What writeBatch would refuse before it sends anything, in the order of the operations. `entity` is one of a TrialClient. */
export async function tryBatch(
  entity: OdooEntity,
  operations: readonly WriteOperation[],
  signal: AbortSignal,
): Promise<(ItemProblem | null)[]> {
  const problems = operations.map((operation): ItemProblem | null =>
    operation.kind !== 'create' && toId(operation.external_id) === null ? GONE : null,
  );
  const note = (indexes: readonly number[], prepared: readonly Prepared[]) => {
    for (const [i, index] of indexes.entries()) {
      const one = prepared[i];
      if (one && 'problem' in one) problems[index] ??= one.problem;
    }
  };
  const creates = indexesOf(operations, 'create');
  const updates = indexesOf(operations, 'update');
  if (creates.length > 0)
    note(creates, await entity.prepareCreates(pick<CreateOperation>(operations, creates), signal));
  if (updates.length > 0)
    note(updates, await entity.prepareUpdates(pick<UpdateOperation>(operations, updates), signal));
  return problems;
}

function indexesOf(operations: readonly WriteOperation[], kind: WriteOperation['kind']): number[] {
  return operations.flatMap((operation, index) => (operation.kind === kind ? [index] : []));
}

const pick = <T extends WriteOperation>(operations: readonly WriteOperation[], indexes: readonly number[]): T[] =>
  indexes.map((index) => operations[index] as T);
