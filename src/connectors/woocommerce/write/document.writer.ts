import type { CanonicalData } from '../../canonical/canonical.types.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { inParallel, type Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import { asAmbiguous, type BatchOperation, type BatchOutcome, type BatchWriter } from './batch.writer.ts';
import { failed, NOT_WRITABLE, type OperationOn, shopIdOf } from './operation.results.ts';
import { type Restoration, restoreAll, trashAll } from './trash.writer.ts';

export interface DocumentWriting<T extends CanonicalData> {
  readonly shop: Shop;
  readonly batches: BatchWriter;
  readonly path: '/products' | '/orders';
  readonly operations: readonly OperationOn<T>[];
  readonly signal: AbortSignal;
  /** `id` is 0 for a create. */
  toBatch(operation: DocumentWrite<T>, id: number): BatchOperation | Refused;
  /** What takes an item out of the trash: its status, and the product. */
  toRestoration(current: T): Omit<Restoration, 'id'>;
  /** Does what remains after the batch, which returned `raw`. */
  finish(operation: DocumentWrite<T>, raw: Raw): Promise<WriteResult>;
  /** Does what remains after a refusal, and returns what the item fails with. */
  refused?(operation: DocumentWrite<T>, refusal: Refusal): Promise<ItemProblem>;
}

export type Refusal = Extract<BatchOutcome, { ok: false }>;

/** For an operation of which nothing may be sent. */
export interface Refused {
  readonly problem: ItemProblem;
}

export type DocumentWrite<T extends CanonicalData> = Exclude<OperationOn<T>, { kind: 'delete' }>;

/** Takes out of the trash what comes back, sends creates and updates in batches, finishes each, then deletes. Results are in the operations' order. */
export async function writeDocuments<T extends CanonicalData>(writing: DocumentWriting<T>): Promise<WriteResult[]> {
  const { shop, batches, path, operations, signal } = writing;
  const results = new Map<OperationOn<T>, WriteResult>();
  const writes: { operation: DocumentWrite<T>; line: BatchOperation }[] = [];
  const deletes: { operation: OperationOn<T>; id: number }[] = [];
  const restorations = operations.flatMap((operation): Restoration[] => {
    const id = shopIdOf(operation);
    if (operation.kind !== 'update' || !operation.restores || id === null) return [];
    return [{ id, ...writing.toRestoration(operation.current) }];
  });
  const problems = await restoreAll(shop, batches, path, restorations, signal);
  for (const operation of operations) {
    const id = shopIdOf(operation);
    const problem = problems.get(id ?? 0);
    if (operation.kind !== 'create' && id === null) results.set(operation, failed(NOT_WRITABLE));
    else if (operation.kind === 'delete') deletes.push({ operation, id: id ?? 0 });
    else if (problem) results.set(operation, failed(problem));
    else {
      const line = writing.toBatch(operation, id ?? 0);
      if ('problem' in line) results.set(operation, failed(line.problem));
      else writes.push({ operation, line });
    }
  }

  try {
    const outcomes = await batches.run(
      path,
      writes.map(({ line }) => line),
      signal,
    );
    const finished = await inParallel([...writes.entries()], async ([i, { operation }]) => {
      const outcome = outcomes[i];
      if (!outcome) throw new ConnectorError('protocol', 'A batch has fewer results than operations.');
      if (outcome.ok) return writing.finish(operation, outcome.raw);
      return failed((await writing.refused?.(operation, outcome)) ?? outcome.problem);
    });
    for (const [i, { operation }] of writes.entries()) results.set(operation, finished[i] as WriteResult);
    const gone = await trashAll(
      shop,
      path,
      deletes.map(({ id }) => id),
      signal,
    );
    for (const [i, { operation }] of deletes.entries()) results.set(operation, gone[i] as WriteResult);
  } catch (error) {
    throw writes.length + restorations.length > 0 ? asAmbiguous(error) : error;
  }
  return operations.map((operation) => results.get(operation) as WriteResult);
}
