import { ConnectorError } from '../contract/connector.error.ts';
import type { OpenConnection, SettingsSchema } from '../contract/connector.types.ts';
import type { Domain } from './api/odoo-api.types.ts';

const PROTOCOLS = ['auto', 'json2', 'jsonrpc'] as const;

/** A connection's credentials and settings, typed; what each means stands in the schemas below. */
export interface OdooSettings {
  readonly baseUrl: string;
  readonly database: string;
  readonly username: string;
  readonly apiKey: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly overlapMinutes: number;
  /** Null: the default, as far as the server has its field. */
  readonly customerDomain: Domain | null;
  readonly productDomain: Domain;
  readonly orderDomain: Domain;
  readonly language: string | null;
  readonly companyId: number | null;
  readonly confirmOrders: boolean;
}

export const DEFAULT_CUSTOMER_DOMAIN: Domain = [['customer_rank', '>', 0]];
const DEFAULT_PRODUCT_DOMAIN: Domain = [['sale_ok', '=', true]];

export const CREDENTIALS: SettingsSchema = {
  type: 'object',
  required: ['database', 'username', 'api_key'],
  properties: {
    database: { type: 'string', title: 'Database', maxLength: 128 },
    username: { type: 'string', title: 'User name', description: 'The login of the user whom the key belongs to.' },
    api_key: {
      type: 'string',
      title: 'API key',
      description: 'Made in Odoo under Preferences, Account Security. From Odoo 18 on keys expire.',
      secret: true,
    },
  },
};

export const SETTINGS: SettingsSchema = {
  type: 'object',
  properties: {
    protocol: {
      type: 'string',
      title: 'Protocol',
      description: 'auto asks the server: JSON-2 from Odoo 19 on, JSON-RPC before.',
      enum: PROTOCOLS,
      default: 'auto',
    },
    overlap_minutes: {
      type: 'integer',
      title: 'Overlap in minutes',
      description: 'How far an incremental sync reaches back, for changes that were saved late by long transactions.',
      default: 5,
      minimum: 0,
      maximum: 1440,
    },
    customer_domain: {
      type: 'array',
      title: 'Which partners are customers',
      description: 'An Odoo domain.',
      default: DEFAULT_CUSTOMER_DOMAIN,
    },
    product_domain: {
      type: 'array',
      title: 'Which products to read',
      description: 'An Odoo domain.',
      default: DEFAULT_PRODUCT_DOMAIN,
    },
    order_domain: { type: 'array', title: 'Which orders to read', description: 'An Odoo domain.', default: [] },
    language: {
      type: 'string',
      title: 'Language',
      description: 'Code such as de_DE for translated names; the user’s own otherwise.',
      maxLength: 16,
    },
    company_id: {
      type: 'integer',
      title: 'Company',
      description: 'The id of the only company to work in.',
      minimum: 1,
    },
    confirm_orders: {
      type: 'boolean',
      title: 'Confirm orders',
      description:
        'New orders that are being processed or completed are confirmed at once, if the status of orders is written at all; otherwise they stay quotations.',
      default: false,
    },
  },
};

/** Throws ConnectorError `rejected` when the credentials are not there: the schema should have caught it before. */
export function readSettings({ base_url, credentials, settings }: OpenConnection): OdooSettings {
  const customerDomain = domainOr(settings.customer_domain, DEFAULT_CUSTOMER_DOMAIN);
  const isDefault = JSON.stringify(customerDomain) === JSON.stringify(DEFAULT_CUSTOMER_DOMAIN);
  return {
    baseUrl: base_url.replace(/\/+$/, ''),
    database: required(credentials.database, 'database'),
    username: required(credentials.username, 'username'),
    apiKey: required(credentials.api_key, 'api_key'),
    protocol: PROTOCOLS.find((name) => name === settings.protocol) ?? 'auto',
    overlapMinutes: typeof settings.overlap_minutes === 'number' ? Math.max(0, settings.overlap_minutes) : 5,
    customerDomain: isDefault ? null : customerDomain,
    productDomain: domainOr(settings.product_domain, DEFAULT_PRODUCT_DOMAIN),
    orderDomain: domainOr(settings.order_domain, []),
    language: typeof settings.language === 'string' && settings.language !== '' ? settings.language : null,
    companyId: typeof settings.company_id === 'number' ? settings.company_id : null,
    confirmOrders: settings.confirm_orders === true,
  };
}

function required(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConnectorError('rejected', `The connection has no ${name}.`);
}

function domainOr(value: unknown, fallback: Domain): Domain {
  return Array.isArray(value) ? value : fallback;
}
