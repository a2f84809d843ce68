import { ConnectorError } from '../contract/connector.error.ts';
import type { OpenConnection } from '../contract/connector.types.ts';

export const AUTH_SETTINGS = ['auto', 'basic', 'query', 'oauth1'] as const;
type AuthSetting = (typeof AUTH_SETTINGS)[number];

/** A connection's credentials and settings, typed; what a field means is told in woocommerce.description.ts. */
export interface ShopSettings {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** The address WordPress calls its own, which OAuth signatures are made over. */
  readonly homeUrl: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly auth: AuthSetting;
  readonly includeGuests: boolean;
  readonly batchSize: number;
  readonly overlapSeconds: number;
  readonly customerRoles: string;
  /** The shop's own status (without `wc-`) to a canonical one, for statuses that plugins add. */
  readonly orderStatuses: Readonly<Record<string, unknown>>;
}

/** Throws ConnectorError `rejected` when the credentials are not there: the schema should have caught it before. */
export function readSettings({ base_url, credentials, settings }: OpenConnection): ShopSettings {
  const baseUrl = withoutSlash(base_url);
  return {
    baseUrl,
    homeUrl: withoutSlash(textOr(settings.home_url, baseUrl)),
    consumerKey: required(credentials.consumer_key, 'consumer_key'),
    consumerSecret: required(credentials.consumer_secret, 'consumer_secret'),
    auth: AUTH_SETTINGS.find((name) => name === settings.auth) ?? 'auto',
    includeGuests: settings.include_guests !== false,
    batchSize: wholeBetween(settings.batch_size, 1, 100, 100),
    overlapSeconds: wholeBetween(settings.overlap_seconds, 0, 86_400, 120),
    customerRoles: textOr(settings.customer_roles, 'customer'),
    orderStatuses: isRecord(settings.order_statuses) ? settings.order_statuses : {},
  };
}

function required(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConnectorError('rejected', `The connection has no ${name}.`);
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
}

function wholeBetween(value: unknown, least: number, most: number, fallback: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : fallback;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
