import type {
  CanonicalData,
  CanonicalOrder,
  CustomerReference,
  EntityType,
} from '../connectors/canonical/canonical.types.ts';

/** Ids of the source system that an entity refers to. */
export interface References {
  readonly customer: ReadonlySet<string>;
  readonly product: ReadonlySet<string>;
}

/** Returns the destination's id for a source id. Null when there is no binding. */
export type Lookup = (entity: 'customer' | 'product', sourceId: string) => string | null;

/** The id of a customer who ordered without an account. */
export const guestId = (email: string): string => `guest:${email.trim().toLowerCase()}`;

/** Whether the one who ordered has an account, of which the translated order does not know what it is to the destination. */
export function lacksAccount(data: CanonicalData, translated: CanonicalData): boolean {
  return hasAccount(data) && !(translated as CanonicalOrder).customer?.external_id;
}

/** Whether somebody with an account ordered. */
export function hasAccount(data: CanonicalData): boolean {
  const { customer } = data as CanonicalOrder;
  return Boolean(customer?.external_id) && !customer?.external_id?.startsWith('guest:');
}

/** A customer without an account is identified by the email of the order. */
const customerIds = ({ customer }: CanonicalOrder): string[] =>
  [customer?.external_id, customer?.email && guestId(customer.email)].filter((id) => typeof id === 'string');

/** All ids that the entities refer to, so that they can be looked up together. Pure. */
export function referencesOf(entity: EntityType, items: readonly CanonicalData[]): References {
  const customer = new Set<string>();
  const product = new Set<string>();
  if (entity === 'order') {
    for (const order of items as readonly CanonicalOrder[]) {
      for (const id of customerIds(order)) customer.add(id);
      for (const line of order.lines ?? []) if (line.product_external_id) product.add(line.product_external_id);
    }
  }
  return { customer, product };
}

/**
 * The entity with its references as ids of the destination. When there is no binding, the customer's id is omitted, so that it is not
 * compared, and the product id of a line is null. The destination may still identify them by email and SKU. Pure.
 */
export function translateReferences(entity: EntityType, data: CanonicalData, lookup: Lookup): CanonicalData {
  if (entity !== 'order') return data;
  const order = data as CanonicalOrder;
  const { external_id: _, ...customer } = order.customer ?? { external_id: null };
  const id = customerIds(order)
    .map((sourceId) => lookup('customer', sourceId))
    .find((bound) => bound !== null);
  return {
    ...order,
    ...(order.customer && { customer: { ...customer, ...(id && { external_id: id }) } as CustomerReference }),
    ...(order.lines && {
      lines: order.lines.map((line) => ({
        ...line,
        ...(line.product_external_id !== undefined && {
          product_external_id: line.product_external_id && lookup('product', line.product_external_id),
        }),
      })),
    }),
  };
}
