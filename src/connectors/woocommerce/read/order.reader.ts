import { ORDER_FIELDS, orderFromShop } from '../mapping/order.mapping.ts';
import type { Documents } from './document.reader.ts';

export const ORDERS: Documents = {
  entity: 'order',
  path: '/orders',
  shown: { _fields: ORDER_FIELDS },
  toItems: async ({ settings }, rows) => rows.map((raw) => orderFromShop(raw, settings)),
};
