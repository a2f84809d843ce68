import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem, WriteOperation, WriteResult } from '../../contract/connector.types.ts';
import type { OdooFault } from '../api/odoo.fault.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { toId } from '../client/odoo.values.ts';
import type { CreateOperation, OdooEntity, Prepared, PreparedWrite, UpdateOperation } from '../odoo.entity.ts';
import { ItemRefused } from '../odoo.entity.ts';
import { bisect } from './batch.bisection.ts';
import {
  asAmbiguous,
  GONE,
  goneIsGone,
  groupsOf,
  type Outcome,
  problemOf,
  type Ready,
  refusalOf,
  type Target,
} from './batch.outcomes.ts';

export interface BatchWriter {
  readonly client: OdooClient;
  readonly entity: OdooEntity;
  readonly readBack: (ids: readonly string[], signal: AbortSignal) => Promise<ExternalItem[]>;
}

/** Carries out a batch: creates in one call, equal updates in one call, removals in one call, then one look at what came of it. */
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
    // What an earlier call of the batch did stays done: the caller must look before it repeats.
    if (error instanceof ConnectorError && batch.tookEffect && !error.ambiguous) throw asAmbiguous(error);
    throw error;
  }
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
    const { client, entity } = this.#writer;
    const places = this.#places('create');
    if (places.length === 0) return;
    const creates = places.map((place) => this.#operations[place] as CreateOperation);
    const ready = this.#ready(places, await entity.prepareCreates(creates, this.#signal));
    const save = async (items: readonly Ready[]) => {
      const values = items.map(({ prepared }) => prepared.values);
      const ids = await client.create(entity.model, values, this.#signal);
      this.tookEffect = true;
      return ids;
    };
    const saved = await bisect(ready, save, (fault) => this.#mayGoOn(fault, 'create'));
    for (const [i, { place, prepared }] of ready.entries()) await this.#settle(place, prepared, saved[i]);
  }

  async update(): Promise<void> {
    const { client, entity } = this.#writer;
    const places = this.#places('update');
    if (places.length === 0) return;
    const updates = places.map((place) => this.#operations[place] as UpdateOperation);
    const ready = this.#ready(places, await entity.prepareUpdates(updates, this.#signal));
    for (const group of groupsOf(ready.flatMap((item) => this.#withId(item)))) {
      const first = group[0]?.prepared;
      const write = async (items: readonly Target[]) => {
        const ids = items.map(({ id }) => id);
        if (first && Object.keys(first.values).length > 0) {
          await client.write(entity.model, ids, first.values, this.#signal, first.adds);
          this.tookEffect = true;
        }
        return ids;
      };
      const saved = await bisect(group, write, (fault) => this.#mayGoOn(fault, 'write'));
      for (const [i, { place, prepared }] of group.entries()) await this.#settle(place, prepared, saved[i]);
    }
  }

  async remove(): Promise<void> {
    const { client, entity } = this.#writer;
    const targets = this.#places('delete').flatMap((place) => this.#withId({ place, prepared: { values: {} } }));
    if (targets.length === 0) return;
    const { removal } = entity;
    const write = async (items: readonly Target[]) => {
      const ids = items.map(({ id }) => id);
      if (removal !== null) await client.write(entity.model, ids, removal, this.#signal);
      else for (const id of ids) await entity.remove?.(id, this.#signal);
      this.tookEffect = true;
      return ids;
    };
    // Without a removal in one call each goes by itself, so that a fault names its own.
    const sets = removal === null ? targets.map((target) => [target]) : [targets];
    for (const set of sets) {
      try {
        const saved = await bisect(set, write, (fault) => this.#mayGoOn(fault, 'write'));
        for (const [i, { place, id }] of set.entries()) this.#outcomes.set(place, goneIsGone(id, saved[i]));
      } catch (error) {
        if (!(error instanceof ItemRefused)) throw error;
        for (const { place } of set) this.#outcomes.set(place, { problem: error.problem });
      }
    }
  }

  async results(): Promise<WriteResult[]> {
    const { readBack } = this.#writer;
    const ids = [...this.#outcomes].flatMap(([place, outcome]) =>
      'id' in outcome && this.#operations[place]?.kind !== 'delete' ? [String(outcome.id)] : [],
    );
    const items = ids.length === 0 ? [] : await readBack(ids, this.#signal);
    const found = new Map(items.map((item) => [item.external_id, item]));
    return this.#operations.map((operation, place) => {
      const outcome = this.#outcomes.get(place) ?? { problem: GONE };
      if ('problem' in outcome) return { ok: false, problem: outcome.problem };
      const external_id = String(outcome.id);
      if (operation.kind === 'delete') return { ok: true, external_id, data: null };
      // A record rule may hide what was just written: then what was asked for stands.
      return { ok: true, external_id, data: found.get(external_id)?.data ?? operation.data };
    });
  }

  #places(kind: WriteOperation['kind']): number[] {
    return this.#operations.flatMap((operation, place) => (operation.kind === kind ? [place] : []));
  }

  #ready(places: readonly number[], prepared: readonly Prepared[]): Ready[] {
    return places.flatMap((place, i) => {
      const one = prepared[i];
      if (one && 'problem' in one) this.#outcomes.set(place, one);
      return one && 'values' in one ? [{ place, prepared: one }] : [];
    });
  }

  #withId({ place, prepared }: Ready): Target[] {
    const operation = this.#operations[place];
    const id = operation && operation.kind !== 'create' ? toId(operation.external_id) : null;
    if (id === null) this.#outcomes.set(place, { problem: GONE });
    return id === null ? [] : [{ place, prepared, id }];
  }

  async #settle(place: number, prepared: PreparedWrite, saved: number | OdooFault | undefined): Promise<void> {
    if (typeof saved !== 'number') {
      this.#outcomes.set(place, { problem: saved ? problemOf(saved) : GONE });
      return;
    }
    try {
      if (prepared.after) {
        this.tookEffect = true;
        await prepared.after(saved, this.#signal);
      }
      this.#outcomes.set(place, { id: saved });
    } catch (error) {
      this.#outcomes.set(place, { problem: refusalOf(error) });
    }
  }

  /** When the key may not write the model at all, asking record by record is no use. */
  async #mayGoOn(fault: OdooFault, operation: 'create' | 'write'): Promise<boolean> {
    if (!fault.ofItem) return false;
    if (fault.kind !== 'forbidden') return true;
    const { client, entity } = this.#writer;
    return (await client.mayAccess(entity.model, operation, this.#signal)) !== false;
  }
}
