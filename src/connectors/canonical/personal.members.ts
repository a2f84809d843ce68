import type { CanonicalCustomer, CanonicalOrder, CustomerReference, EntityType } from './canonical.types.ts';

type MemberOf<T> = keyof T & string;
type CustomerMember = MemberOf<CanonicalCustomer>;
type OrderMember = MemberOf<CanonicalOrder> | `customer.${MemberOf<CustomerReference>}`;

/** What says who somebody is, or could. What is left is no person's: that there is a customer, whether archived, whether a guest. */
const CUSTOMER = [
  ...['email', 'name', 'first_name', 'last_name', 'company', 'phone', 'vat', 'reference', 'billing', 'shipping'],
] as const satisfies readonly CustomerMember[];

/** Of an order the amounts, goods and times stay, which books need. */
const ORDER = [
  ...['customer.email', 'customer.name', 'billing', 'shipping', 'note'],
] as const satisfies readonly OrderMember[];

/** The paths of the personal members of each canonical shape. */
export const PERSONAL_MEMBERS: Readonly<Record<EntityType, readonly string[]>> = {
  customer: CUSTOMER,
  product: [],
  order: ORDER,
};
