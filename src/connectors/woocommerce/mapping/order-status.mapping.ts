import { ORDER_STATUSES, type OrderStatus } from '../../canonical/canonical.types.ts';

const FROM_SHOP: Readonly<Record<string, OrderStatus>> = {
  'auto-draft': 'draft',
  'checkout-draft': 'draft',
  draft: 'draft',
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

/** The shop has two statuses for a draft. People see `checkout-draft`, a cart at the checkout. */
export function statusToShop(status: OrderStatus): string {
  if (status === 'draft') return 'checkout-draft';
  return status === 'on_hold' ? 'on-hold' : status;
}
