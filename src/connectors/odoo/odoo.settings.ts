import { ConnectorError } from '../contract/connector.error.ts';
import type { OpenConnection, SettingsSchema } from '../contract/connector.types.ts';
import type { Domain } from './api/odoo-api.types.ts';

const UNKNOWN_TAXES = ['create', 'refuse'] as const;
const TOTALS_DIFFER = ['fail', 'warn'] as const;
const PROTOCOLS = ['auto', 'json2', 'jsonrpc'] as const;

/** A connection's credentials and settings, typed. The schemas below explain them. */
export interface OdooSettings {
  readonly baseUrl: string;
  readonly database: string;
  readonly username: string;
  readonly apiKey: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly overlapMinutes: number;
  /** Null: the default, if the server has its field. */
  readonly customerDomain: Domain | null;
  readonly productDomain: Domain;
  readonly orderDomain: Domain;
  readonly language: string | null;
  readonly companyId: number | null;
  readonly confirmOrders: boolean;
  readonly unknownTaxes: (typeof UNKNOWN_TAXES)[number];
  readonly totalsDiffer: (typeof TOTALS_DIFFER)[number];
}

export const DEFAULT_CUSTOMER_DOMAIN: Domain = [['customer_rank', '>', 0]];
const DEFAULT_PRODUCT_DOMAIN: Domain = [['sale_ok', '=', true]];

export const CREDENTIALS: SettingsSchema = {
  type: 'object',
  required: ['database', 'username', 'api_key'],
  properties: {
    database: { type: 'string', title: 'Database', maxLength: 128 },
    username: { type: 'string', title: 'User name', description: 'The login of the user who owns the key.' },
    api_key: {
      type: 'string',
      title: 'API key',
      description: 'Create one in Odoo: Preferences, Account Security. From Odoo 18 on, keys expire.',
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
      description: 'auto selects by the version of the server: JSON-2 from Odoo 19 on, JSON-RPC before.',
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
      title: 'Customer domain',
      description: 'An Odoo domain: which partners are customers.',
      default: DEFAULT_CUSTOMER_DOMAIN,
    },
    product_domain: {
      type: 'array',
      title: 'Product domain',
      description: 'An Odoo domain: which products to read.',
      default: DEFAULT_PRODUCT_DOMAIN,
    },
    order_domain: {
      type: 'array',
      title: 'Order domain',
      description: 'An Odoo domain: which orders to read.',
      default: [],
    },
    language: {
      type: 'string',
      title: 'Language',
      description: 'A code such as de_DE, for translated names. Default: the language of the user who owns the key.',
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
        'Confirms new orders whose status is processing or completed. Otherwise they stay quotations. The field status of orders must be written.',
      default: false,
    },
    unknown_taxes: {
      type: 'string',
      title: 'Taxes that Odoo does not have',
      description:
        'create makes a sales tax with the name and rate of the source, on top of the price. refuse fails the order as unknown_tax.',
      enum: UNKNOWN_TAXES,
      default: 'create',
    },
    totals_differ: {
      type: 'string',
      title: 'Totals that differ',
      description:
        'fail: an order that Odoo adds up otherwise than the source is a failed item. warn: it is written, and the item carries both sums.',
      enum: TOTALS_DIFFER,
      default: 'fail',
    },
  },
};

/** Throws ConnectorError `rejected` when credentials are missing, which the schema should have prevented. */
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
    unknownTaxes: UNKNOWN_TAXES.find((name) => name === settings.unknown_taxes) ?? 'create',
    totalsDiffer: TOTALS_DIFFER.find((name) => name === settings.totals_differ) ?? 'fail',
  };
}

function required(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConnectorError('rejected', `The connection has no ${name}.`);
}

function domainOr(value: unknown, fallback: Domain): Domain {
  return Array.isArray(value) ? value : fallback;
}
