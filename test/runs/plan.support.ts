import fc from 'fast-check';
import type { CanonicalData } from '../../src/connectors/canonical/canonical.types.ts';
import type { ExternalItem } from '../../src/connectors/contract/connector.types.ts';
import { contentHash, topOf } from '../../src/planning/field.diff.ts';
import { agreedOn } from '../../src/planning/field.plan.ts';
import { planItem } from '../../src/planning/item.plan.ts';
import type { Binding, ItemPlan, PlanInput } from '../../src/planning/plan.types.ts';

/** For tests: few values, so that two of them often agree. */
const text = fc.constantFrom('a', 'b', 'c', null);
const filled = fc.constantFrom('a', 'b', 'c');

const SIZES = ['S', 'M', 'L'] as const;
const variations = fc
  .record({
    sizes: fc.subarray([...SIZES]),
    prices: fc.tuple(filled, filled, filled),
    stocks: fc.tuple(text, text, text),
  })
  .map(({ sizes, prices, stocks }) =>
    sizes.map((size) => {
      const at = SIZES.indexOf(size);
      return { options: { Size: size }, sku: `T-${size}`, price: prices[at], stock: stocks[at] };
    }),
  );

export const customer: fc.Arbitrary<CanonicalData> = fc.record({
  email: text,
  name: text,
  phone: text,
  active: fc.boolean(),
  billing: fc.record({ line1: text, city: text }),
});
export const product: fc.Arbitrary<CanonicalData> = fc.record({
  name: text,
  price: filled,
  categories: fc.subarray(['x', 'y']),
  variations,
}) as fc.Arbitrary<CanonicalData>;

export const item = (external_id: string, data: CanonicalData | null): ExternalItem =>
  data === null ? { external_id, data, deleted: true } : { external_id, data };

/** Of source `s` and destination `d`. */
export const bindingOf = (source_data: CanonicalData, destination_data: CanonicalData): Binding => ({
  ...{ source_id: 's', destination_id: 'd', source_data, destination_data },
  source_hash: contentHash(source_data),
  destination_hash: contentHash(destination_data),
  put_away: false,
});

export const flipped = ({ source_data, destination_data }: Binding): Binding =>
  bindingOf(destination_data, source_data);

interface Ends {
  readonly source: CanonicalData | null;
  readonly destination: CanonicalData | null;
  readonly binding: Binding | null;
}

export function plan({ source, destination, binding }: Ends, options: Partial<PlanInput> = {}): ItemPlan {
  return planItem({
    source: item('s', source),
    target: source,
    binding,
    destination: destination === null ? [] : [item('d', destination)],
    boundElsewhere: new Set(),
    mayPass: () => true,
    onConflict: 'skip',
    destinationDeletes: 'archive',
    ...options,
  });
}

/** What a connector makes of an update: the named paths and nothing else, a list as a whole. */
function written(current: CanonicalData, made: ItemPlan): CanonicalData {
  if (made.kind !== 'update') return current;
  const next: Record<string, unknown> = { ...current };
  const data = made.data as Record<string, unknown>;
  for (const { field } of made.fields) {
    const top = topOf(field);
    const [, member] = field.split('.');
    if (field.includes('[') || member === undefined) next[top] = data[top];
    else next[top] = { ...(next[top] as object), [member]: (data[top] as Record<string, unknown>)[member] };
  }
  return next as CanonicalData;
}

/** Both ends and what they agreed on, after one sync; undefined when it left a conflict. */
export function synced(ends: Ends, options: Partial<PlanInput> = {}) {
  const made = plan(ends, options);
  if (made.kind === 'conflict' || ends.source === null || ends.destination === null) return undefined;
  const destination = written(ends.destination, made);
  return { made, source: ends.source, destination, binding: bindingOf(ends.source, agreedOn(made, destination)) };
}
