import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import type { WriteResult } from '../../contract/connector.types.ts';
import { customerFromShop, customerToCreate, customerToShop } from '../mapping/customer.mapping.ts';
import type { BatchOperation, BatchOutcome, BatchWriter } from './batch.writer.ts';
import { failed, NOT_WRITABLE, type OperationOn, removed, shopIdOf, written } from './operation.results.ts';

type CustomerOperation = OperationOn<CanonicalCustomer>;

/** Deletes are permanent: the shop has no trash for customers. Their orders stay. */
export async function writeCustomers(
  batches: BatchWriter,
  operations: readonly CustomerOperation[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  const planned = operations.map(toBatch);
  const sent = planned.filter((line) => line !== null);
  const outcomes = (await batches.run('/customers', sent, signal))[Symbol.iterator]();
  return operations.map((operation, i) => {
    const outcome = planned[i] && (outcomes.next().value as BatchOutcome);
    if (!outcome) return failed(NOT_WRITABLE);
    if (!outcome.ok) return failed(outcome.problem);
    return operation.kind === 'delete' ? removed(operation.external_id) : written(customerFromShop(outcome.raw));
  });
}

function toBatch(operation: CustomerOperation): BatchOperation | null {
  if (operation.kind === 'create') return { kind: 'create', body: customerToCreate(operation.data, operation.key) };
  const id = shopIdOf(operation);
  if (id === null) return null;
  if (operation.kind === 'delete') return { kind: 'delete', id };
  return { kind: 'update', id, body: customerToShop(operation.data, operation.changes) };
}
