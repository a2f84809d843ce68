import type { ConnectorSession, ItemProblem } from '../../connectors/contract/connector.types.ts';
import { isWrite, operationOf } from '../../planning/planned.operation.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

/** Prepares the writes of plans as a run does, and sends none of them. */
export class WriteTrial {
  private readonly pair: Pair;
  private readonly session: ConnectorSession;
  private readonly retryPolicy: RetryPolicy;
  private readonly signal: AbortSignal;

  constructor(pair: Pair, session: ConnectorSession, retryPolicy: RetryPolicy, signal: AbortSignal) {
    this.pair = pair;
    this.session = session;
    this.retryPolicy = retryPolicy;
    this.signal = signal;
  }

  /** Why the destination would refuse the writes of these plans, by plan. Those that it may take are not in it. */
  async refusals(planned: readonly PlannedItem[]): Promise<Map<PlannedItem, ItemProblem>> {
    const writes = planned.filter(isWrite);
    if (writes.length === 0) return new Map();
    const operations = writes.map(operationOf);
    const problems = await this.retryPolicy.call(() =>
      this.session.findRefusals(this.pair.entity, operations, this.signal),
    );
    return new Map(
      writes.flatMap((one, index) => {
        const problem = problems[index];
        return problem ? [[one, problem] as const] : [];
      }),
    );
  }
}
