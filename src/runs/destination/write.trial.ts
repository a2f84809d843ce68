import type { ConnectorSession, ForeseenRefusal, ItemProblem } from '../../connectors/contract/connector.types.ts';
import { isWrite, operationOf, resetOf } from '../../planning/planned.operation.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import { type BindingRow, findBoundDestinations, type Pair } from '../../records/bindings.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { plannedUpdates } from '../runs.sql.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

export interface WriteTrialOptions {
  readonly database: TenantDatabase;
  readonly syncId: string;
  readonly pair: Pair;
  /** Of the destination. */
  readonly session: ConnectorSession;
  readonly retryPolicy: RetryPolicy;
  readonly signal: AbortSignal;
}

type Holder = NonNullable<ForeseenRefusal['holder']>;

/** Prepares the writes of plans as a run does, and sends none of them. */
export class WriteTrial {
  private readonly options: WriteTrialOptions;

  constructor(options: WriteTrialOptions) {
    this.options = options;
  }

  /** Why the destination would refuse the writes of these plans, by plan. Those that it may take are not in it. */
  async refusals(planned: readonly PlannedItem[]): Promise<Map<PlannedItem, ItemProblem>> {
    const { pair, session, retryPolicy, signal } = this.options;
    const writes = planned.filter(isWrite);
    if (writes.length === 0) return new Map();
    // A delete is refused for what has to be written before it, if at all.
    const operations = writes.map((one) => resetOf(one) ?? operationOf(one));
    const foreseen = await retryPolicy.call(() => session.findRefusals(pair.entity, operations, signal));
    const changed = await this.changedBefore(foreseen.flatMap((refusal) => refusal?.holder ?? []));
    const refused = new Map<PlannedItem, ItemProblem>();
    for (const [index, one] of writes.entries()) {
      const { holder, ...problem } = foreseen[index] ?? {};
      if ('error_class' in problem && !(holder && changed.has(nameOf(holder)))) refused.set(one, problem);
      // Writes are carried out in this order, so what this one changes is free for the next.
      else if (one.plan.kind === 'update')
        for (const { field } of one.plan.fields) changed.add(nameOf({ ...one.plan.destination, field }));
    }
    return refused;
  }

  /** Which of these fields earlier batches of the preview change. */
  private async changedBefore(holders: readonly Holder[]): Promise<Set<string>> {
    if (holders.length === 0) return new Set();
    const { database, pair, syncId } = this.options;
    const ids = holders.map(({ external_id }) => external_id);
    const bound = await database.query<BindingRow>(findBoundDestinations(pair, ids));
    const sourceIds = bound.map(({ source_id }) => source_id);
    const rows = await database.query<{ destination_id: string; field: string }>(
      plannedUpdates(pair.orgId, syncId, sourceIds),
    );
    return new Set(rows.map(({ destination_id, field }) => nameOf({ external_id: destination_id, field })));
  }
}

const nameOf = ({ external_id, field }: { readonly external_id: string; readonly field: string }): string =>
  `${field} of ${external_id}`;
