import type { ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { type BatchOperation, type BatchOutcome, BatchWriter } from './batch.writer.ts';

/** Of an operation that got as far as the shop. */
const SENT: ItemProblem = { error_class: 'sent', message: 'A trial sends nothing.' };

/** Takes every batch and sends none, so that what is refused was refused before. */
export class TrialBatches extends BatchWriter {
  override async run(_path: string, operations: readonly BatchOperation[]): Promise<BatchOutcome[]> {
    return operations.map(() => ({ ok: false, problem: SENT }));
  }
}

/** The problem that kept an operation from being sent; null when there was none. */
export function refusalIn(result: WriteResult): ItemProblem | null {
  return result.ok || result.problem === SENT ? null : result.problem;
}
