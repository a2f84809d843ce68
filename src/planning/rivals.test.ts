import { describe, expect, it } from 'vitest';
import type { EntityType } from '../connectors/canonical/canonical.types.ts';
import type { ItemPlan } from './plan.types.ts';
import { type Contender, settleRivals } from './rivals.ts';

type Planned = readonly [data: object | null, plan: ItemPlan];

const create = (data: object): Planned => [data, { kind: 'create', data }];
const unchanged = (external_id: string): Planned => [{}, { kind: 'unchanged', destination: { external_id, data: {} } }];
const update = (external_id: string, data: object = {}, field = 'name'): Planned => [
  data,
  {
    kind: 'update',
    ...{ destination: { external_id, data: {} }, data, fields: [{ field, old: 1, new: 2 }] },
    pending: { fields: new Set(), agreed: {} },
  },
];

/** Items with the ids 1, 2, … */
function contenders(planned: readonly Planned[], bound: readonly number[] = []): Contender[] {
  return planned.map(([data, plan], index) => ({
    work: { item: { external_id: String(index + 1), data } },
    plan,
    isBound: bound.includes(index + 1),
  }));
}

function settled(entity: EntityType, planned: readonly Planned[], held: ReadonlyMap<string, string> = new Map()) {
  return settleRivals(entity, contenders(planned), held).map(({ plan }) => plan);
}
const kinds = (entity: EntityType, ...planned: Planned[]) => settled(entity, planned).map(({ kind }) => kind);

describe('Rivals of a run', () => {
  it('that want the same entry are settled: the first has it', () => {
    const planned = [update('1'), unchanged('1'), unchanged('2'), update('2'), update('3')];
    expect(kinds('customer', ...planned)).toEqual(['update', 'conflict', 'unchanged', 'conflict', 'update']);
    expect(settled('customer', planned)[1]).toMatchObject({
      ...{ error_class: 'already_bound', rival: '1' },
      message: 'Entry 1 of the destination belongs to item 1 of the source.',
    });
  });

  it('with the same e-mail, SKU or barcode create one entry; those without are each created', () => {
    const customers = [create({ email: 'a@x' }), create({ email: 'A@X' }), create({}), create({ email: null })];
    expect(kinds('customer', ...customers)).toEqual(['create', 'conflict', 'create', 'create']);
    const products = [create({ sku: 'a' }), create({ sku: 'a' }), create({ sku: null })];
    expect(kinds('product', ...products)).toEqual(['create', 'conflict', 'create']);
    const variations = [create({ sku: 'a' }), create({ variations: [{ options: {}, sku: 'a' }] })];
    expect(kinds('product', ...variations)).toEqual(['create', 'conflict']);
    expect(kinds('product', create({ barcode: '1' }), create({ sku: 'b', barcode: '1' }))).toEqual([
      'create',
      'conflict',
    ]);
    expect(kinds('order', create({ number: '1' }), create({ number: '1' }))).toEqual(['create', 'create']);
  });

  it('of another batch are told by what it took', () => {
    const held = new Map([
      ['e-mail a@x', '7'],
      ['entry 5', '8'],
    ]);
    const [first, second, third] = settled('customer', [create({ email: 'a@x' }), update('5'), update('6')], held);
    expect(first).toMatchObject({ kind: 'conflict', rival: '7', message: expect.stringContaining('Item 7') });
    expect(second).toMatchObject({ kind: 'conflict', rival: '8' });
    expect(third).toMatchObject({ kind: 'update' });
  });

  it('that are bound keep their entries, and are rivals only in a key that they change', () => {
    const renamed = update('2', { email: 'a@x' }, 'email');
    const plans = settleRivals(
      'customer',
      contenders([create({ email: 'a@x' }), renamed, update('3', { email: 'a@x' })], [2, 3]),
      new Map(),
    ).map(({ plan }) => plan.kind);
    expect(plans).toEqual(['create', 'conflict', 'update']);
  });

  it('of an earlier preview are settled as it showed, whatever the order', () => {
    const expected = { kind: 'conflict', source_hash: 'h', destination_hash: null, rival: '2', reason: 'As shown.' };
    const [loser, winner] = contenders([create({ email: 'a@x' }), create({ email: 'a@x' })]) as [Contender, Contender];
    const made = settleRivals('customer', [{ ...loser, work: { ...loser.work, expected } }, winner], new Map());
    expect(made.map(({ plan }) => plan)).toMatchObject([
      { kind: 'conflict', message: 'As shown.' },
      { kind: 'create' },
    ]);
  });

  it('are none among those who take nothing', () => {
    const planned: Planned[] = [
      [{}, { kind: 'unchanged', destination: null }],
      [null, { kind: 'delete', destination: { external_id: '1', data: {} }, archives: true }],
      [{ email: 'a@x' }, { kind: 'conflict', destination: null, error_class: 'x', message: 'm', fields: [] }],
      update('2', { email: 'a@x' }),
    ];
    expect(settled('customer', planned)).toEqual(planned.map(([, plan]) => plan));
  });
});
