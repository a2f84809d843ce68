import { ConnectorError } from '../contract/connector.error.ts';
import type { OpenConnection, SettingsSchema } from '../contract/connector.types.ts';

const AUTH_SETTINGS = ['auto', 'basic', 'query', 'oauth1'] as const;
const TOTALS_DIFFER = ['fail', 'warn'] as const;
type AuthSetting = (typeof AUTH_SETTINGS)[number];

export const CREDENTIALS: SettingsSchema = {
  type: 'object',
  required: ['consumer_key', 'consumer_secret'],
  properties: {
    consumer_key: {
      type: 'string',
      title: 'Consumer key',
      description: 'Create a key with permission to read and write in WooCommerce: Settings, Advanced, REST API.',
      secret: true,
      maxLength: 200,
    },
    consumer_secret: { type: 'string', title: 'Consumer secret', secret: true, maxLength: 200 },
  },
};

export const SETTINGS: SettingsSchema = {
  type: 'object',
  properties: {
    auth: {
      type: 'string',
      title: 'How the key is sent',
      description:
        'auto: over https, a header, then the query, then OAuth 1.0a; over http, only OAuth 1.0a. query: for hosts that strip the header.',
      enum: AUTH_SETTINGS,
      default: 'auto',
    },
    home_url: {
      type: 'string',
      title: 'Home URL',
      description: 'The site address in WordPress, if it differs from the address of this connection. OAuth signs it.',
      maxLength: 500,
    },
    include_guests: {
      type: 'boolean',
      title: 'Include guests',
      description: 'People who ordered without an account become customers, identified by the billing email.',
      default: true,
    },
    customer_roles: {
      type: 'string',
      title: 'Role of customers',
      description:
        'The user role to read as customers: customer, another role of the shop, or all, which includes administrators.',
      default: 'customer',
      maxLength: 60,
    },
    batch_size: {
      type: 'integer',
      title: 'Largest batch',
      description: 'The number of objects that the shop accepts in one batch.',
      minimum: 1,
      maximum: 100,
      default: 100,
    },
    overlap_seconds: {
      type: 'integer',
      title: 'Overlap in seconds',
      description: 'How far an incremental sync reaches back before the last one, for changes that were stored late.',
      minimum: 0,
      maximum: 86_400,
      default: 120,
    },
    webhooks: {
      type: 'string',
      title: 'Webhooks',
      description:
        'managed: the service registers its webhooks in the shop, and switches on again those that the shop disables. manual: a person does.',
      enum: ['manual', 'managed'],
      default: 'manual',
    },
    totals_differ: {
      type: 'string',
      title: 'Totals that differ',
      description:
        'fail: an order that the shop adds up otherwise than the source, such as by other taxes, is a failed item. warn: it is written, and the item carries both sums.',
      enum: TOTALS_DIFFER,
      default: 'fail',
    },
    order_statuses: {
      type: 'object',
      title: 'Order statuses of plugins',
      description:
        'Maps a status of a plugin to a canonical one, such as {"shipped": "completed"}. Orders with any other status of a plugin are read without a status.',
      default: {},
    },
  },
};

/** A connection's credentials and settings, typed. The schemas above explain them. */
export interface ShopSettings {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** The address that WordPress has as its own. OAuth signs it. */
  readonly homeUrl: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly auth: AuthSetting;
  readonly includeGuests: boolean;
  readonly batchSize: number;
  readonly overlapSeconds: number;
  readonly customerRoles: string;
  readonly totalsDiffer: (typeof TOTALS_DIFFER)[number];
  /** The shop's status (without `wc-`) to a canonical one, for statuses that plugins add. */
  readonly orderStatuses: Readonly<Record<string, unknown>>;
}

/** Throws ConnectorError `rejected` when credentials are missing, which the schema should have prevented. */
export function readSettings({ base_url, credentials, settings }: OpenConnection): ShopSettings {
  const baseUrl = withoutSlash(base_url);
  return {
    baseUrl,
    homeUrl: withoutSlash(textOr(settings.home_url, baseUrl)),
    consumerKey: required(credentials.consumer_key, 'consumer_key'),
    consumerSecret: required(credentials.consumer_secret, 'consumer_secret'),
    auth: AUTH_SETTINGS.find((name) => name === settings.auth) ?? 'auto',
    includeGuests: settings.include_guests !== false,
    batchSize: integerBetween(settings.batch_size, 1, 100, 100),
    overlapSeconds: integerBetween(settings.overlap_seconds, 0, 86_400, 120),
    customerRoles: textOr(settings.customer_roles, 'customer'),
    totalsDiffer: TOTALS_DIFFER.find((name) => name === settings.totals_differ) ?? 'fail',
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

function integerBetween(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
