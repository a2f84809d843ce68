import type { Address, BillingAddress, MetaItem } from '../customers/customer.types.ts';

/** A tax on one line; millionths, unrounded. */
export interface LineTax {
  rateId: number;
  total: number;
  subtotal: number;
}

/** All money is whole millionths of the order's currency, without tax unless it says so. */
export interface LineItem {
  id: number;
  name: string;
  product_id: number;
  variation_id: number;
  quantity: number;
  tax_class: string;
  subtotal: number;
  total: number;
  taxes: readonly LineTax[];
  meta_data: readonly LineMeta[];
}

export interface LineMeta extends MetaItem {
  display_key: string;
  display_value: unknown;
}

export interface ShippingLine {
  id: number;
  method_title: string;
  method_id: string;
  instance_id: string;
  total: number;
  taxes: readonly LineTax[];
}

export interface FeeLine {
  id: number;
  name: string;
  tax_class: string;
  total: number;
  taxes: readonly LineTax[];
}

export interface RefundRecord {
  id: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  reason: string;
  /** Millionths, positive. */
  amount: number;
  /** Id of the user; 0 for nobody. */
  refundedBy: number;
}

/** An order as the shop keeps it; order.presenter.ts adds what follows from it. Times in milliseconds since 1970. */
export interface OrderRecord {
  id: number;
  status: string;
  currency: string;
  /** How many decimals the shop showed when it computed the totals. */
  madeWith: number;
  prices_include_tax: boolean;
  createdAt: number;
  modifiedAt: number;
  completedAt: number | null;
  paidAt: number | null;
  /** 0 for a guest, who is known by the billing email. */
  customer_id: number;
  order_key: string;
  billing: BillingAddress;
  shipping: Address;
  payment_method: string;
  payment_method_title: string;
  transaction_id: string;
  created_via: string;
  customer_note: string;
  meta_data: readonly MetaItem[];
  line_items: readonly LineItem[];
  shipping_lines: readonly ShippingLine[];
  fee_lines: readonly FeeLine[];
  refunds: readonly RefundRecord[];
}

/** What the generated orders depend on. */
export interface OrderSeed {
  seed: number;
  orders: number;
  /** Share of them, 0 to 1, that guests placed. */
  guestRate: number;
  customers: number;
  products: number;
  badRate: number;
}
