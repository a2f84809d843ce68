import { hash32 } from '../../seeded.random.ts';
import { FIRST_CUSTOMER_ID, generatedEmail } from '../customers/customer.generator.ts';
import type { OrderSeed } from './order.types.ts';

const DAY = 86_400_000;
const OPENED = Date.UTC(2025, 2, 1);

/** Used in rotation. The last one is `refunded`: order.ids.ts reserves an id for its refund. */
const STATUSES = ['completed', 'processing', 'pending', 'completed', 'on-hold', 'cancelled', 'refunded'] as const;

/** Every generated order was created and changed within this span, in milliseconds. */
export const ORDER_SPAN = { from: OPENED, to: OPENED + 262 * DAY };

/** The fields that lists filter by. Cheap, because a filter asks for them for every order. Ids ascend with the creation date. */
export function orderFacts(index: number, shop: OrderSeed) {
  const perDay = Math.max(3, Math.ceil(shop.orders / 200));
  const createdAt = OPENED + Math.floor(index / perDay) * DAY + (index % perDay) * Math.floor(86_400 / perDay) * 1000;
  return {
    createdAt,
    modifiedAt: createdAt + (hash32(shop.seed, index, 40) % (60 * 86_400)) * 1000,
    status: STATUSES[index % STATUSES.length] ?? 'completed',
    customer_id: isGuest(index, shop) ? 0 : FIRST_CUSTOMER_ID + (hash32(shop.seed, index, 41) % shop.customers),
  };
}

/** Exactly orders × guestRate orders, rounded, are by guests, spread evenly. Without customers all orders are. */
function isGuest(index: number, { orders, guestRate, customers }: OrderSeed): boolean {
  if (customers === 0) return true;
  const guests = Math.round(orders * guestRate);
  const before = (position: number) => Math.floor((position * guests) / orders);
  return before(index + 1) !== before(index);
}

/**
 * The email of who ordered. Guests return: about three orders share an email, sometimes in capitals. Every tenth guest is a
 * customer who did not sign in.
 */
export function orderEmail(index: number, shop: OrderSeed): string {
  const { customer_id } = orderFacts(index, shop);
  if (customer_id !== 0) return generatedEmail(customer_id - FIRST_CUSTOMER_ID, shop);
  const draw = hash32(shop.seed, index, 42);
  if (draw % 10 === 0 && shop.customers > 0) return generatedEmail(draw % shop.customers, shop);
  const guest = 1 + (draw % Math.max(1, Math.ceil((shop.orders * shop.guestRate) / 3)));
  return draw % 5 === 1 ? `Guest${guest}@Example.test` : `guest${guest}@example.test`;
}
