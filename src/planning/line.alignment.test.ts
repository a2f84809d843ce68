import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindingOf, plan } from '../../test/runs/plan.support.ts';
import type { CanonicalData, CanonicalOrder } from '../connectors/canonical/canonical.types.ts';
import { operationOf } from './planned.operation.ts';

const PRODUCTS = ['1', '2', '3'];
type Line = NonNullable<CanonicalOrder['lines']>[number];
interface Step {
  readonly forgotten: readonly string[];
  readonly quantities: readonly string[];
  readonly isIdForgotten: boolean;
}

/** The order as a system shows it that may have forgotten products. */
const orderOf = ({ forgotten, quantities, isIdForgotten }: Step): CanonicalOrder => ({
  lines: PRODUCTS.map((product, i): Line => {
    const isForgotten = forgotten.includes(product);
    return {
      kind: 'product',
      name: `Thing ${product}`,
      product_external_id: isForgotten && isIdForgotten ? null : product,
      sku: isForgotten ? null : `SKU-${product}`,
      quantity: quantities[i] as string,
      total: `${quantities[i]}0`,
    };
  }),
});
const amounts = (data: CanonicalData) =>
  ((data as CanonicalOrder).lines ?? []).map(({ name, quantity, total }) => [name, quantity, total]).sort();

const step: fc.Arbitrary<Step> = fc.record({
  forgotten: fc.subarray(PRODUCTS),
  quantities: fc.tuple(...PRODUCTS.map(() => fc.constantFrom('1', '2', '3'))),
  isIdForgotten: fc.boolean(),
});
const knowing = ({ quantities }: Step): Step => ({ forgotten: [], quantities, isIdForgotten: false });

describe('The lines of an order whose products one of the systems forgets', () => {
  it.each(['the source', 'the destination'])('arrive with every change, and none twice: %s forgets', (who) => {
    fc.assert(
      fc.property(step, fc.array(step, { minLength: 1, maxLength: 4 }), (first, steps) => {
        const forgets = (side: string, now: Step) => orderOf(side === who ? now : knowing(now));
        let [source, destination] = [forgets('the source', first), forgets('the destination', first)];
        let binding = bindingOf(source, destination);
        for (const now of steps) {
          source = forgets('the source', now);
          // What the destination knows of products changes by itself, its quantities do not.
          const held = { ...now, quantities: (destination.lines ?? []).map(({ quantity }) => quantity) };
          destination = forgets('the destination', held);
          const made = plan({ source, destination, binding });
          expect(['update', 'unchanged']).toContain(made.kind);
          if (made.kind === 'update') {
            const planned = { plan: made, key: 'k', target: source, before: binding.source_data };
            const write = operationOf(planned as never) as { data: CanonicalOrder; whole: CanonicalOrder };
            expect(amounts(write.data)).toEqual(amounts(source));
            expect(write.whole.lines?.map(({ sku }) => sku)).toEqual(
              expect.arrayContaining((write.data.lines ?? []).map(({ sku }) => sku)),
            );
            destination = forgets('the destination', now);
          }
          expect(amounts(destination)).toEqual(amounts(source));
          binding = bindingOf(source, destination);
        }
      }),
    );
  });

  it('are not taken for one another: two SKUs, two products, or what is not unique', () => {
    const line = (over: Partial<Line>): Line => ({ kind: 'product', name: 'A', quantity: '1', total: '1', ...over });
    const both = (mine: Line[], theirs: Line[], binding = { lines: mine }) =>
      plan({ source: { lines: mine }, destination: { lines: theirs }, binding: bindingOf(binding, { lines: theirs }) });
    const changed = (sku: string | null, id: string | null) => [line({ sku, product_external_id: id, quantity: '2' })];
    for (const [mine, theirs] of [
      [changed('X', '1'), [line({ sku: 'Y', product_external_id: '1' })]],
      [changed(null, '1'), [line({ sku: 'Y', product_external_id: '2' })]],
      [changed(null, null), [line({ sku: 'Y', name: 'B' })]],
      [changed(null, '1'), ['Y', 'Z'].map((sku) => line({ sku, product_external_id: '1' }))],
    ] as const) {
      const before = mine.map((one) => ({ ...one, quantity: '1' }));
      const made = both([...mine], [...theirs], { lines: before });
      // The changed line is told or added beside the other, never dropped.
      expect(made).toMatchObject({ kind: 'update', data: { lines: expect.arrayContaining([mine[0]]) } });
    }
  });
});

describe('A variation or a line that one side changed and the other removed', () => {
  const lines = (...quantities: string[]): CanonicalOrder => ({
    lines: quantities.map((quantity, i) => ({
      kind: 'product',
      name: `${i}`,
      sku: `S${i}`,
      quantity,
      total: quantity,
    })),
  });
  it('is told as changed on both sides, in either direction', () => {
    const agreed = bindingOf(lines('1', '1'), lines('1', '1'));
    for (const [source, destination] of [
      [lines('1', '2'), lines('1')],
      [lines('1'), lines('1', '2')],
    ] as const) {
      expect(plan({ source, destination, binding: agreed })).toMatchObject({
        kind: 'conflict',
        error_class: 'changed_on_both_sides',
      });
      const forced = plan({ source, destination, binding: agreed }, { onConflict: 'overwrite' });
      expect(forced).toMatchObject({ kind: 'update', data: source });
    }
  });
});
