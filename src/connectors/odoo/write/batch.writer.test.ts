import { describe, expect, it } from 'vitest';
import { BatchPace } from '../../border/batch.pace.ts';
import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem, WriteOperation } from '../../contract/connector.types.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import type { Values } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import type { OdooEntity } from '../odoo.entity.ts';
import { prepareEach } from '../odoo.entity.ts';
import { writeBatch } from './batch.writer.ts';

const { signal } = new AbortController();
const invalid = () => new OdooFault('rejected', 'validation_error', 'No.');

/** Saves names; refuses `bad` whole, as Odoo does; `lost` breaks the connection. */
class FakeOdoo {
  readonly saved = new Map<number, Values>();
  readonly calls: string[] = [];
  access: boolean | null = null;

  async create(_model: string, list: readonly Values[]): Promise<number[]> {
    this.calls.push(`create ${list.length}`);
    this.#refuse(list);
    return list.map((values) => {
      const id = this.saved.size + 1;
      this.saved.set(id, values);
      return id;
    });
  }

  async write(_model: string, ids: readonly number[], values: Values): Promise<void> {
    this.calls.push(`write ${ids.join()}`);
    this.#refuse([values]);
    if (ids.some((id) => !this.saved.has(id))) throw new OdooFault('not-found', 'missing', 'Gone.');
    for (const id of ids) this.saved.set(id, { ...this.saved.get(id), ...values });
  }

  async mayAccess(): Promise<boolean | null> {
    return this.access;
  }

  #refuse(list: readonly Values[]): void {
    const names = list.map(({ name }) => name);
    if (names.includes('lost')) throw new ConnectorError('unavailable', 'Reset.', { ambiguous: true });
    if (names.includes('down')) throw new ConnectorError('unavailable', 'Down.');
    if (names.includes('forbidden')) throw new OdooFault('forbidden', 'access_error', 'Not you.');
    if (names.includes('bad')) throw invalid();
  }
}

const named = (operation: { data: unknown }) => ({
  values: { name: (operation.data as CanonicalCustomer).name ?? null },
});
const entity: OdooEntity = {
  type: 'customer',
  model: 'res.partner',
  parts: async () => [],
  removal: { active: false },
  domain: async () => [],
  fields: async () => ['name'],
  toItems: async () => [],
  findMatches: async () => [],
  restore: async () => undefined,
  prepareCreates: async (operations) => prepareEach(operations, named),
  prepareUpdates: async (operations) => prepareEach(operations, named),
};

function write(odoo: FakeOdoo, operations: readonly WriteOperation[], pace = new BatchPace(100)) {
  const readBack = async (ids: readonly string[]): Promise<ExternalItem[]> =>
    ids.map((id) => {
      const { name, active } = odoo.saved.get(Number(id)) ?? {};
      return { external_id: id, data: { name: String(name) }, ...(active === false && { archived: true }) };
    });
  return writeBatch({ client: odoo as unknown as OdooClient, entity, pace, readBack }, operations, signal);
}

const create = (name: string): WriteOperation => ({ kind: 'create', key: name, data: { name } });
type Update = Extract<WriteOperation, { kind: 'update' }>;
const update = (id: string, name: string): Update => {
  return { kind: 'update', external_id: id, data: { name }, changes: ['name'], current: {} };
};

describe('a batch', () => {
  it('creates all in one call and returns them as Odoo has them, in their order', async () => {
    const odoo = new FakeOdoo();
    expect(await write(odoo, [create('a'), create('b')])).toEqual([
      { ok: true, external_id: '1', data: { name: 'a' } },
      { ok: true, external_id: '2', data: { name: 'b' } },
    ]);
    expect(odoo.calls).toEqual(['create 2']);
  });

  it('saves the good ones and names the bad one, with few calls', async () => {
    const odoo = new FakeOdoo();
    const names = Array.from({ length: 64 }, (_, i) => (i === 40 ? 'bad' : `n${i}`));
    const results = await write(odoo, names.map(create));
    expect(results.map(({ ok }) => ok)).toEqual(names.map((name) => name !== 'bad'));
    expect(results[40]).toEqual({
      ok: false,
      problem: { error_class: 'validation_error', message: 'No.', final: true },
    });
    expect([...odoo.saved.values()].map(({ name }) => name)).toEqual(names.filter((name) => name !== 'bad'));
    expect(odoo.calls.length).toBeLessThan(14);
  });

  it('writes equal values in one call, and a record that is gone fails alone', async () => {
    const odoo = new FakeOdoo();
    await write(odoo, [create('a'), create('b')]);
    const results = await write(odoo, [update('1', 'x'), update('2', 'x'), update('77', 'x'), update('no', 'x')]);
    expect(results.map((result) => (result.ok ? 'ok' : result.problem.error_class))).toEqual([
      'ok',
      'ok',
      'missing',
      'missing',
    ]);
    expect(odoo.calls.slice(1)).toEqual(['write 1,2,77', 'write 1,2', 'write 77']);
  });

  it('archives in one call, and counts what is already gone as done', async () => {
    const odoo = new FakeOdoo();
    await write(odoo, [create('a')]);
    const results = await write(odoo, [
      { kind: 'delete', external_id: '1' },
      { kind: 'delete', external_id: '9' },
    ]);
    expect(results).toEqual([
      { ok: true, external_id: '1', data: null },
      { ok: true, external_id: '9', data: null },
    ]);
    expect(odoo.saved.get(1)).toEqual({ name: 'a', active: false });
  });

  it('whose answer is lost is half as large the next time', async () => {
    const odoo = new FakeOdoo();
    const pace = new BatchPace(100);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    await expect(write(odoo, [...names, 'lost'].map(create), pace)).rejects.toMatchObject({ ambiguous: true });
    const results = await write(odoo, [...names, 'h'].map(create), pace);
    expect(results.map((result) => result.ok && result.external_id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(odoo.calls).toEqual(['create 8', 'create 4', 'create 4']);
  });

  it('tells of each record that is still archived after it was brought back', async () => {
    const odoo = new FakeOdoo();
    await write(odoo, [create('a'), create('b'), create('c')]);
    await write(
      odoo,
      ['1', '2', '3'].map((external_id) => ({ kind: 'delete', external_id })),
    );
    // An automation of this Odoo archives it again. The third was archived by a person, and nothing asks for more than its name.
    odoo.saved.set(2, { name: 'b', active: true });
    const brought = ['1', '2'].map((id): WriteOperation => ({ ...update(id, 'x'), restores: true }));
    const results = await write(odoo, [...brought, update('3', 'x')]);
    expect(results.map((result) => (result.ok ? 'ok' : result.problem.error_class))).toEqual([
      'not_restored',
      'ok',
      'ok',
    ]);
  });

  it('that breaks after something was saved is ambiguous; before, it is as it was', async () => {
    const odoo = new FakeOdoo();
    await expect(write(odoo, [create('down')])).rejects.toMatchObject({ kind: 'unavailable', ambiguous: false });
    await expect(write(odoo, [create('lost')])).rejects.toMatchObject({ kind: 'unavailable', ambiguous: true });
    await expect(write(odoo, [create('a'), update('1', 'down')])).rejects.toMatchObject({
      kind: 'unavailable',
      ambiguous: true,
    });
  });

  it('of a key that may not write at all fails whole; a single forbidden record fails alone', async () => {
    const odoo = new FakeOdoo();
    const results = await write(odoo, [create('a'), create('forbidden')]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    odoo.access = false;
    await expect(write(odoo, [create('forbidden'), create('b')])).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
