import { ORDER_STATUSES, type OrderStatus } from '../../canonical/canonical.types.ts';

const FROM_SHOP: Readonly<Record<string, OrderStatus>> = {
  pending: 'pending',
  processing: 'processing',
  'on-hold': 'on_hold',
  completed: 'completed',
  cancelled: 'cancelled',
  refunded: 'refunded',
  failed: 'failed',
};

/** Undefined for a status of a plugin that the settings do not map. The order then has no status, so nothing overwrites it. */
export function statusFromShop(status: unknown, custom: Readonly<Record<string, unknown>>): OrderStatus | undefined {
  if (typeof status !== 'string') return undefined;
  const mapped = Object.hasOwn(custom, status) ? custom[status] : undefined;
  const known = ORDER_STATUSES.find((name) => name === mapped);
  return known ?? (Object.hasOwn(FROM_SHOP, status) ? FROM_SHOP[status] : undefined);
}

const UNPLACED: ReadonlySet<unknown> = new Set(['auto-draft', 'checkout-draft', 'draft']);

/** False for a cart at the checkout and for what an administrator has begun: nobody has ordered it. WooCommerce 7.9 lists such rows. */
export function isPlaced({ status }: Readonly<Record<string, unknown>>): boolean {
  return !UNPLACED.has(status);
}

/** A draft of another system is an order that waits. The shop's own drafts are carts, which it throws away. */
export function statusToShop(status: OrderStatus): string {
  if (status === 'draft') return 'pending';
  return status === 'on_hold' ? 'on-hold' : status;
}
