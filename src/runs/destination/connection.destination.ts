import { steadyNow } from '../../common/clock.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import type { ConnectorSession, WriteOperation, WriteResult } from '../../connectors/contract/connector.types.ts';
import type { ChangeLimit } from '../../planning/change.limit.ts';
import type { DeletionBudget } from '../../planning/deletion.guard.ts';
import { keptChange } from '../../planning/kept.change.ts';
import { isWrite, operationOf, resetOf } from '../../planning/planned.operation.ts';
import { matchesExpectation, outcomeOfPlan, outcomeOfWrite, type RetriedItem } from '../../planning/planned.outcome.ts';
import type { PlannedItem, WorkItem } from '../../planning/planning.types.ts';
import { bindingChanges, stored } from '../../records/binding.changes.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { Claim } from '../../records/claims.sql.ts';
import { refusalOf } from '../../records/refusal.memory.ts';
import type { BatchResult, Destination, Planner } from '../run.types.ts';
import { type RetryPolicy, Stopped } from '../worker/retry.policy.ts';
import type { RunLease } from '../worker/run.lease.ts';
import type { LateWrites } from './late.writes.ts';
import type { MissingReferences } from './missing.references.ts';
import type { OpenWrites } from './open.writes.ts';
import { problemOutcome, recordOf, staleOutcome } from './records.destination.ts';
import type { WriteTrial } from './write.trial.ts';

interface Parts {
  readonly lease: RunLease;
  readonly pair: Pair;
  readonly session: ConnectorSession;
  readonly planner: Planner;
  readonly trial: WriteTrial;
  readonly references: MissingReferences;
  readonly retryPolicy: RetryPolicy;
  readonly budget: DeletionBudget;
  readonly changeLimit: ChangeLimit;
  readonly lateWrites: LateWrites;
  readonly openWrites: OpenWrites;
}

type Written = NonNullable<RetriedItem['intended']>;

/**
 * Writes items to another system. When a response is lost and it is unknown which writes took effect, it reads the destination and plans
 * the batch again, until nothing can be under way any more. Writes that took effect need no further change, so nothing is written twice.
 */
export class ConnectionDestination implements Destination {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  async process(items: readonly WorkItem[]): Promise<BatchResult> {
    const { pair } = this.parts;
    const broken = items.flatMap((work) => problemOutcome(work) ?? []);
    const sound = items.filter(({ item }) => !item.problem);
    const { planned, stale, results } = await this.planAndWrite(sound);
    const settled = planned.map((one) => {
      const result = results.get(one);
      return { one, result, outcome: result ? outcomeOfWrite(one, result) : outcomeOfPlan(one) };
    });
    const [system_a, system_b] = [pair.source, pair.destination].sort() as [string, string];
    return {
      items: [...broken, ...stale.map(({ work }) => staleOutcome(work)), ...settled.map(({ outcome }) => outcome)],
      records: [...stale.flatMap(({ work }) => recordOf(work)), ...recordsOf(settled)],
      system_a,
      system_b,
      kept: settled.flatMap(({ one, result }) => keptChange(one, result)),
      claims: planned.flatMap(claimed),
      ...sharedEntries(planned),
      refusals: [
        ...broken.flatMap((outcome) => refusalOf(outcome)),
        ...settled.flatMap(({ one, result, outcome }) => refusalOf(outcome, one, result)),
      ],
      bindings: settled.flatMap(({ one, result }) => bindingChanges(one, result).map((change) => stored(pair, change))),
    };
  }

  private async explained(writes: readonly PlannedItem[], results: readonly WriteResult[]) {
    const problems = writes.flatMap((one, index) => {
      const result = results[index];
      return result && !result.ok ? [[one, result.problem] as const] : [];
    });
    const explained = await this.parts.references.explain(new Map(problems));
    return new Map(
      writes.map((one, index) => {
        const [result, problem] = [results[index] as WriteResult, explained.get(one)];
        return [one, problem ? { ...result, ok: false as const, problem } : result];
      }),
    );
  }

  /** What a preview showed as failed is not sent: it fails as shown, or is stale. */
  private async failingAsShown(planned: readonly PlannedItem[]): Promise<PlannedItem[]> {
    const shown = planned.filter(({ work }) => work.expected?.kind === 'failed');
    const refusals = await this.parts.references.explain(await this.parts.trial.refusals(shown));
    return planned.map((one) => {
      const problem = refusals.get(one);
      return problem ? { ...one, plan: { kind: 'refused', ...problem } } : one;
    });
  }

  /** In their order. What has to be written before a delete and is refused keeps the entry from being deleted. */
  private async write(writes: readonly PlannedItem[]): Promise<WriteResult[]> {
    const resets = new Map(writes.flatMap((one) => [resetOf(one)].flatMap((reset) => (reset ? [[one, reset]] : []))));
    const first = await this.send([...resets.values()]);
    const reset = new Map([...resets.keys()].map((one, index) => [one, first[index] as WriteResult]));
    const rest = writes.filter((one) => reset.get(one)?.ok !== false);
    const sent = await this.send(rest.map(operationOf));
    const results = new Map(rest.map((one, index) => [one, sent[index] as WriteResult]));
    return writes.map((one) => {
      const [before, result] = [reset.get(one), results.get(one)];
      if (!result) return before as WriteResult;
      return before?.ok && before.warning && result.ok ? { ...result, warning: before.warning } : result;
    });
  }

  /** Throws Stopped when another worker has the run. */
  private async begin(planned: readonly RetriedItem[], writes: readonly PlannedItem[]): Promise<void> {
    const { lease, openWrites } = this.parts;
    for (let isFresh = false; !isFresh; ) {
      const askedAt = steadyNow();
      if (!(await openWrites.begin(planned, writes))) {
        lease.askToStop('fenced');
        throw new Stopped();
      }
      // A process that stood still for longer than its lease may learn of an answer that is true no more.
      isFresh = steadyNow() - askedAt < lease.seconds * 1_000;
    }
  }

  private async send(operations: readonly WriteOperation[]): Promise<WriteResult[]> {
    const { lease, pair, session } = this.parts;
    return operations.length > 0 ? session.write(pair.entity, operations, lease.lostSignal) : [];
  }

  /** Plans and writes until the result of every item is known. */
  private async planAndWrite(items: readonly WorkItem[]) {
    const { planner, retryPolicy, budget, changeLimit, lateWrites, openWrites } = this.parts;
    /** The plans of earlier attempts. A change that the destination already has is counted as made by this run. */
    const tried = new Map<string, PlannedItem>();
    let left = Number.POSITIVE_INFINITY;
    for (let attempt = 1; ; ) {
      const all = (await this.failingAsShown(await planner.plan(items))).map((one): RetriedItem => {
        const before = tried.get(one.work.item.external_id);
        const intended = before ? (before.plan.kind as Written) : openWrites.doneBefore(one);
        return { ...one, tried: before, intended };
      });
      const stale = all.filter((one) => !one.intended && !matchesExpectation(one));
      const planned = all.filter((one) => !stale.includes(one));
      const writes = planned.filter(isWrite);
      const deletes = writes.filter(({ plan }) => plan.kind === 'delete').length;
      budget.expect(deletes);
      changeLimit.expect(writes.length);
      if (await lateWrites.mustLookAgain(writes)) continue;
      await this.begin(planned, writes);
      try {
        const results = await this.write(writes);
        budget.spend(deletes);
        changeLimit.spend(planned.filter((one) => one.intended || isWrite(one)).length);
        openWrites.end(planned);
        return { planned, stale, results: await this.explained(writes, results) };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.kind !== 'aborted') for (const one of writes) tried.set(one.work.item.external_id, one.tried ?? one);
        if (error.ambiguous) lateWrites.lost();
        // A failure after some of it was written is the first of what is left.
        if (writes.length < left) attempt = 1;
        left = writes.length;
        await retryPolicy.recover(error, attempt);
        attempt += 1;
      }
    }
  }
}

/** The records of items. One that another item takes the place of stays as it is until the other has taken it. */
function recordsOf(settled: readonly { readonly one: RetriedItem; readonly result: WriteResult | undefined }[]) {
  const replaced = new Map(
    settled.flatMap(({ one: { plan }, result }) =>
      'replaces' in plan && plan.replaces ? [[plan.replaces.source_id, result?.ok !== false] as const] : [],
    ),
  );
  const gone = [...replaced].flatMap(([external_id, isTaken]) => (isTaken ? [{ external_id, deleted: true }] : []));
  return [
    ...settled.flatMap(({ one: { work } }) => (replaced.has(work.item.external_id) ? [] : recordOf(work))),
    ...gone,
  ];
}

function sharedEntries(planned: readonly PlannedItem[]): Pick<BatchResult, 'shared'> {
  const shared = planned.flatMap(({ plan }) => (plan.kind === 'unbind' ? plan.destination.external_id : []));
  return shared.length > 0 ? { shared } : {};
}

/** What the item takes, as the batch stores it. */
export const claimed = ({ work, claims }: PlannedItem): Claim[] =>
  claims.map((claim) => ({ claim, external_id: work.item.external_id }));
