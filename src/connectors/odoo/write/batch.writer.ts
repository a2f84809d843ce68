import { steadyNow } from '../../../common/clock.ts';
import type { BatchPace } from '../../border/batch.pace.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem, ItemProblem, WriteOperation, WriteResult } from '../../contract/connector.types.ts';
import type { OdooFault } from '../api/odoo.fault.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { toId } from '../client/odoo.values.ts';
import type { CreateOperation, Finding, OdooEntity, Prepared, PreparedWrite, UpdateOperation } from '../odoo.entity.ts';
import { bisect } from './batch.bisection.ts';
import {
  asAmbiguous,
  deleteOutcome,
  GONE,
  groupsOf,
  NOT_RESTORED,
  type Outcome,
  problemOf,
  type Ready,
  refusalOf,
  type Target,
} from './batch.outcomes.ts';

export interface BatchWriter {
  readonly client: OdooClient;
  readonly entity: OdooEntity;
  /** Of creates, for the session. */
  readonly pace: BatchPace;
  readonly readBack: (ids: readonly string[], signal: AbortSignal) => Promise<ExternalItem[]>;
}

/** Writes a batch: all creates in one call, unless one of them took too long before, equal updates in one call, all removals in one call. Then reads back the results once. */
export async function writeBatch(
  writer: BatchWriter,
  operations: readonly WriteOperation[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  const batch = new Batch(writer, operations, signal);
  try {
    await batch.create();
    await batch.update();
    await batch.remove();
    return await batch.results();
  } catch (error) {
    // The effect of earlier calls of the batch stays, so the caller must check before it repeats anything.
    if (error instanceof ConnectorError && batch.tookEffect && !error.ambiguous) throw asAmbiguous(error);
    throw error;
  }
}

/** Nothing came, or something in between that gave up. An error of Odoo's own has nothing to do with how many records there were. */
function isLost(error: unknown): boolean {
  return error instanceof ConnectorError && error.ambiguous && error.status !== 500;
}

class Batch {
  tookEffect = false;
  readonly #writer: BatchWriter;
  readonly #operations: readonly WriteOperation[];
  readonly #signal: AbortSignal;
  readonly #outcomes = new Map<number, Outcome>();

  constructor(writer: BatchWriter, operations: readonly WriteOperation[], signal: AbortSignal) {
    this.#writer = writer;
    this.#operations = operations;
    this.#signal = signal;
  }

  async create(): Promise<void> {
    const { client, entity, pace } = this.#writer;
    const indexes = this.#indexes('create');
    if (indexes.length === 0) return;
    const creates = indexes.map((index) => this.#operations[index] as CreateOperation);
    const ready = this.#ready(indexes, await entity.prepareCreates(creates, this.#signal));
    const save = async (items: readonly Ready[]) => {
      const values = items.map(({ prepared }) => prepared.values);
      const ids = await client.create(entity.model, values, this.#signal);
      this.tookEffect = true;
      return ids;
    };
    const canSplit = (fault: OdooFault) => this.#canSplit(fault, 'create');
    for (let done = 0; done < ready.length; ) {
      const part = ready.slice(done, done + pace.size);
      const began = steadyNow();
      const saved = await bisect(part, save, canSplit).catch((error) => {
        // Odoo ends a request that takes too long, and keeps nothing of it.
        if (isLost(error)) pace.tooMuch(part.length);
        throw error;
      });
      pace.took(part.length, steadyNow() - began);
      await this.#settleAll(part, saved);
      done += part.length;
    }
  }

  async update(): Promise<void> {
    const { client, entity } = this.#writer;
    const indexes = this.#indexes('update');
    if (indexes.length === 0) return;
    const updates = indexes.map((index) => this.#operations[index] as UpdateOperation);
    const ready = this.#ready(indexes, await entity.prepareUpdates(updates, this.#signal));
    const targets = await this.#restore(ready.flatMap((item) => this.#withId(item)));
    for (const group of groupsOf(targets)) {
      const first = group[0]?.prepared;
      const write = async (items: readonly Target[]) => {
        const ids = items.map(({ id }) => id);
        if (first && Object.keys(first.values).length > 0) {
          await client.write(entity.model, ids, first.values, this.#signal, first.adds);
          this.tookEffect = true;
        }
        return ids;
      };
      const saved = await bisect(group, write, (fault) => this.#canSplit(fault, 'write'));
      await this.#settleAll(group, saved);
    }
  }

  /** Brings back what is archived, before anything is written to it. Returns the targets that can be written to. */
  async #restore(targets: readonly Target[]): Promise<Target[]> {
    const archived = targets.filter(({ index }) => this.#restores(index));
    const restore = async (items: readonly Target[]) => {
      const ids = items.map(({ id }) => id);
      await this.#writer.entity.restore(ids, this.#signal);
      this.tookEffect = true;
      return ids;
    };
    const saved = await bisect(archived, restore, (fault) => this.#canSplit(fault, 'write'));
    for (const [i, { index }] of archived.entries()) {
      const fault = saved[i];
      if (typeof fault !== 'number') this.#outcomes.set(index, { problem: fault ? problemOf(fault) : GONE });
    }
    return targets.filter(({ index }) => !this.#outcomes.has(index));
  }

  async remove(): Promise<void> {
    const { client, entity } = this.#writer;
    const targets = this.#indexes('delete').flatMap((index) => this.#withId({ index, prepared: { values: {} } }));
    if (targets.length === 0) return;
    const { removal } = entity;
    const write = async (items: readonly Target[]) => {
      const ids = items.map(({ id }) => id);
      if (removal !== null) await client.write(entity.model, ids, removal, this.#signal);
      else for (const id of ids) await entity.remove?.(id, this.#signal);
      this.tookEffect = true;
      return ids;
    };
    // When removal takes a call for each record, each fault belongs to one record.
    const sets = removal === null ? targets.map((target) => [target]) : [targets];
    for (const set of sets) {
      try {
        const saved = await bisect(set, write, (fault) => this.#canSplit(fault, 'write'));
        for (const [i, { index, id }] of set.entries()) this.#outcomes.set(index, deleteOutcome(id, saved[i]));
      } catch (error) {
        if (!(error instanceof ItemRefused)) throw error;
        for (const { index } of set) this.#outcomes.set(index, { problem: error.problem });
      }
    }
  }

  async results(): Promise<WriteResult[]> {
    const { readBack } = this.#writer;
    const ids = [...this.#outcomes].flatMap(([index, outcome]) =>
      'id' in outcome && this.#operations[index]?.kind !== 'delete' ? [String(outcome.id)] : [],
    );
    const items = ids.length === 0 ? [] : await readBack(ids, this.#signal);
    const found = new Map(items.map((item) => [item.external_id, item]));
    return this.#operations.map((operation, index) => {
      const outcome = this.#outcomes.get(index) ?? { problem: GONE };
      if ('problem' in outcome) return { ok: false, problem: outcome.problem };
      const external_id = String(outcome.id);
      if (operation.kind === 'delete') return { ok: true, external_id, data: null };
      const item = found.get(external_id);
      if (item?.problem) return { ok: false, problem: item.problem };
      if (item?.archived && this.#restores(index)) return { ok: false, problem: NOT_RESTORED };
      // A record rule may hide what was just written. The requested data then counts as the result.
      const { data, born } = item ?? {};
      const { warning } = outcome;
      const told = { ...(born !== undefined && { born }), ...(warning && { warning }) };
      return { ok: true, external_id, data: data ?? operation.data, ...told };
    });
  }

  #restores(index: number): boolean {
    const operation = this.#operations[index];
    return operation?.kind === 'update' && operation.restores === true;
  }

  #indexes(kind: WriteOperation['kind']): number[] {
    return this.#operations.flatMap((operation, index) => (operation.kind === kind ? [index] : []));
  }

  #ready(indexes: readonly number[], prepared: readonly Prepared[]): Ready[] {
    return indexes.flatMap((index, i) => {
      const one = prepared[i];
      if (one && 'problem' in one) this.#outcomes.set(index, one);
      return one && 'values' in one ? [{ index, prepared: one }] : [];
    });
  }

  #withId({ index, prepared }: Ready): Target[] {
    const operation = this.#operations[index];
    const id = operation && operation.kind !== 'create' ? toId(operation.external_id) : null;
    if (id === null) this.#outcomes.set(index, { problem: GONE });
    return id === null ? [] : [{ index, prepared, id }];
  }

  async #settleAll(items: readonly Ready[], saved: readonly (number | OdooFault)[]): Promise<void> {
    const written = items.flatMap(({ prepared }, i) => {
      const id = saved[i];
      return typeof id === 'number' ? [{ id, prepared }] : [];
    });
    const findings = (await this.#writer.entity.verify?.(written, this.#signal)) ?? new Map<number, Finding>();
    for (const [i, item] of items.entries()) await this.#settle(item, saved[i], findings);
  }

  async #settle(
    { index, prepared }: Ready,
    saved: number | OdooFault | undefined,
    findings: ReadonlyMap<number, Finding>,
  ): Promise<void> {
    if (typeof saved !== 'number') {
      this.#outcomes.set(index, { problem: saved ? problemOf(saved, this.#writer.entity.model) : GONE });
      return;
    }
    const finding = findings.get(saved);
    if (finding?.fatal) {
      this.#outcomes.set(index, { problem: await this.#undone(finding.problem, prepared, saved) });
      return;
    }
    try {
      if (prepared.after) {
        this.tookEffect = true;
        await prepared.after(saved, this.#signal);
      }
      const warning = finding?.problem ?? prepared.told;
      this.#outcomes.set(index, { id: saved, ...(warning && { warning }) });
    } catch (error) {
      this.#outcomes.set(index, { problem: await this.#undone(refusalOf(error), prepared, saved) });
    }
  }

  /** What Odoo does not let us take back stays, and the item's problem tells of it. */
  async #undone(problem: ItemProblem, { undo }: PreparedWrite, id: number): Promise<ItemProblem> {
    try {
      await undo?.(id, this.#signal);
      return problem;
    } catch (error) {
      const left = `What was written before stays in Odoo: ${refusalOf(error).message}`;
      return { ...problem, message: `${problem.message} ${left}` };
    }
  }

  /** False when the key may not write the model at all: then no single record would succeed either. */
  async #canSplit(fault: OdooFault, operation: 'create' | 'write'): Promise<boolean> {
    if (!fault.ofItem) return false;
    if (fault.kind !== 'forbidden') return true;
    const { client, entity } = this.#writer;
    return (await client.mayAccess(entity.model, operation, this.#signal)) !== false;
  }
}
