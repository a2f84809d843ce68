import type { ChangedResource, ChangeEvent } from '../store/change.feed.ts';

/** A webhook as in WooCommerce > Settings > Advanced. */
export interface WebhookRecord {
  id: number;
  name: string;
  /** `disabled` after seven deliveries in a row that failed. */
  status: 'active' | 'paused' | 'disabled';
  resource: ChangedResource | 'coupon';
  event: ChangeEvent;
  deliveryUrl: string;
  secret: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Null before the first change (recording 166). */
  modifiedAt: number | null;
}

/** Faults of webhook deliveries, on demand. */
export interface DeliveryFaults {
  /** Send every n-th delivery twice, under one delivery id. */
  duplicateEvery?: number;
  /** Never send every n-th delivery. */
  loseEvery?: number;
}

/** One HTTP request to a receiver. */
export interface Delivery {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}
