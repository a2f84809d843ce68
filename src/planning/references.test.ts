import { describe, expect, it } from 'vitest';
import type { CanonicalOrder } from '../connectors/canonical/canonical.types.ts';
import { resolveDuplicateTargets } from './duplicate.targets.ts';
import type { ItemPlan } from './plan.types.ts';
import { referencesOf, translateReferences } from './references.ts';

const line = (product_external_id: string | null | undefined) =>
  ({ kind: 'product', name: 'Tea', product_external_id, quantity: '1', total: '1' }) as const;
const ORDER: CanonicalOrder = {
  number: '7',
  customer: { external_id: 'c1', email: 'Ann@X', name: 'Ann' },
  lines: [line('p1'), line('p2'), line(null), line(undefined)],
};
const bound = (pairs: Record<string, string>) => (entity: string, id: string) => pairs[`${entity} ${id}`] ?? null;

describe('The references of an order', () => {
  it('are its customer, who is a guest by email too, and the products of its lines', () => {
    const { customer, product } = referencesOf('order', [ORDER, ORDER, {}]);
    expect([[...customer], [...product]]).toEqual([
      ['c1', 'guest:ann@x'],
      ['p1', 'p2'],
    ]);
    const guest = { customer: { external_id: null, email: 'Bob@X' } };
    expect([...referencesOf('order', [guest]).customer]).toEqual(['guest:bob@x']);
  });

  it('become the ids of the destination; an unbound customer has none, an unbound product null', () => {
    const lookup = bound({ 'customer c1': 'C1', 'customer guest:ann@x': 'G', 'product p1': 'P1' });
    const translated = translateReferences('order', ORDER, lookup) as CanonicalOrder;
    expect(translated.customer).toEqual({ external_id: 'C1', email: 'Ann@X', name: 'Ann' });
    expect(translated.lines?.map((one) => one.product_external_id)).toEqual(['P1', null, null, undefined]);
    const asGuest = translateReferences('order', ORDER, bound({ 'customer guest:ann@x': 'G' })) as CanonicalOrder;
    expect(asGuest.customer?.external_id).toBe('G');
    const unknown = translateReferences('order', ORDER, bound({})) as CanonicalOrder;
    expect(unknown.customer).toEqual({ email: 'Ann@X', name: 'Ann' });
    expect(translateReferences('order', { number: '7' }, lookup)).toEqual({ number: '7' });
  });

  it('are none of a customer or a product, which stay as they are', () => {
    expect(referencesOf('customer', [{ email: 'a' }])).toEqual({ customer: new Set(), product: new Set() });
    expect(translateReferences('product', { sku: 'p1' }, () => 'x')).toEqual({ sku: 'p1' });
  });
});

describe('Plans of one batch', () => {
  const create = (data: object): ItemPlan => ({ kind: 'create', data });
  const unchanged = (external_id: string): ItemPlan => ({
    kind: 'unchanged',
    destination: { external_id, data: {} },
  });
  const update = (external_id: string): ItemPlan => ({
    kind: 'update',
    ...{ destination: { external_id, data: {} }, data: {}, fields: [] },
    pending: { fields: new Set(), agreed: {} },
  });
  const kinds = (plans: ItemPlan[]) => plans.map(({ kind }) => kind);

  it('that want the same entry are settled: the first has it', () => {
    const plans = [update('1'), unchanged('1'), unchanged('2'), update('2'), update('3')];
    const settled = resolveDuplicateTargets('customer', plans);
    expect(kinds(settled)).toEqual(['update', 'conflict', 'unchanged', 'conflict', 'update']);
    expect(settled[1]).toMatchObject({ error_class: 'already_bound' });
  });

  it('with the same email or SKU create one entry, and the others are conflicts; those without either are each created', () => {
    const customers = [create({ email: 'a@x' }), create({ email: 'A@X' }), create({}), create({ email: null })];
    expect(kinds(resolveDuplicateTargets('customer', customers))).toEqual(['create', 'conflict', 'create', 'create']);
    const products = [create({ sku: 'a' }), create({ sku: 'a' }), create({ sku: null })];
    expect(kinds(resolveDuplicateTargets('product', products))).toEqual(['create', 'conflict', 'create']);
    expect(kinds(resolveDuplicateTargets('order', [create({ number: '1' }), create({ number: '1' })]))).toEqual([
      'create',
      'create',
    ]);
  });

  it('that are no rivals stay what they are', () => {
    const plans: ItemPlan[] = [
      { kind: 'unchanged', destination: null },
      { kind: 'unchanged', destination: null },
      { kind: 'delete', destination: { external_id: '1', data: {} }, archives: true },
      { kind: 'conflict', destination: null, error_class: 'x', message: 'm', fields: [] },
      update('2'),
    ];
    expect(resolveDuplicateTargets('customer', plans)).toEqual(plans);
  });
});
