import { describe, expect, it } from 'vitest';
import type { CanonicalOrder } from '../connectors/canonical/canonical.types.ts';
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
