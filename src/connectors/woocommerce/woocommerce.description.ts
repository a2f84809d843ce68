import type { ConnectorDescription, EntityDescription, SettingsSchema } from '../contract/connector.types.ts';
import { woocommerceWebhooks } from './webhook/webhook.payload.ts';
import { AUTH_SETTINGS } from './woocommerce.settings.ts';

const customer: EntityDescription = {
  entity_type: 'customer',
  read: true,
  write: true,
  tells_changes: false,
  fields: ['email', 'name', 'first_name', 'last_name', 'company', 'phone', 'billing', 'shipping', 'guest'],
  default_directions: { guest: 'read' },
  deletes: 'permanent',
};

const product: EntityDescription = {
  entity_type: 'product',
  read: true,
  write: true,
  tells_changes: true,
  fields: [
    'sku',
    'name',
    'description',
    'short_description',
    'barcode',
    'published',
    'price',
    'sale_price',
    'weight',
    'stock',
    'categories',
    'images',
    'attributes',
    'variations',
  ],
  // The shop copies an image to an address of its own, so what is read is never what was written.
  default_directions: { images: 'read' },
  deletes: 'archive',
};

const order: EntityDescription = {
  entity_type: 'order',
  read: true,
  write: true,
  tells_changes: true,
  fields: [
    'number',
    'status',
    'currency',
    'created_at',
    'customer',
    'billing',
    'shipping',
    'lines',
    'prices_include_tax',
    'discount_total',
    'shipping_total',
    'tax_total',
    'total',
    'refunds',
    'payment_method',
    'note',
  ],
  // A status that is written mails the customer; the others are the shop's own to tell.
  default_directions: {
    status: 'read',
    number: 'read',
    created_at: 'read',
    prices_include_tax: 'read',
    discount_total: 'read',
    shipping_total: 'read',
    tax_total: 'read',
    total: 'read',
    refunds: 'read',
  },
  deletes: 'archive',
};

const credentials: SettingsSchema = {
  type: 'object',
  required: ['consumer_key', 'consumer_secret'],
  properties: {
    consumer_key: {
      type: 'string',
      title: 'Consumer key',
      description: 'Of a key made in WooCommerce, Settings, Advanced, REST API, with permission to read and write.',
      secret: true,
      maxLength: 200,
    },
    consumer_secret: { type: 'string', title: 'Consumer secret', secret: true, maxLength: 200 },
  },
};

const settings: SettingsSchema = {
  type: 'object',
  properties: {
    auth: {
      type: 'string',
      title: 'How the key is sent',
      description:
        'auto: over https in a header, then in the query, then OAuth 1.0a; over http OAuth 1.0a only. query: for hosts that strip the header.',
      enum: AUTH_SETTINGS,
      default: 'auto',
    },
    home_url: {
      type: 'string',
      title: 'Home URL',
      description: 'What WordPress calls its own address, if that is not the one called; OAuth signs it.',
      maxLength: 500,
    },
    include_guests: {
      type: 'boolean',
      title: 'Guests are customers',
      description: 'Who ordered without an account becomes a customer, known by the billing email.',
      default: true,
    },
    customer_roles: {
      type: 'string',
      title: 'Role read as customers',
      description: 'customer, or all, which includes administrators, or another role of the shop.',
      default: 'customer',
      maxLength: 60,
    },
    batch_size: {
      type: 'integer',
      title: 'Largest batch',
      description: 'How much the shop takes in one batch.',
      minimum: 1,
      maximum: 100,
      default: 100,
    },
    overlap_seconds: {
      type: 'integer',
      title: 'Overlap',
      description: 'So many seconds before the last sync are read again, for changes that were stored late.',
      minimum: 0,
      maximum: 86_400,
      default: 120,
    },
    order_statuses: {
      type: 'object',
      title: 'Order statuses of plugins',
      description:
        'The shop\'s status to one of ours, such as {"shipped": "completed"}; one that is not here is not told.',
      default: {},
    },
  },
};

export const woocommerceDescription: ConnectorDescription = {
  system: 'woocommerce',
  title: 'WooCommerce',
  entities: [customer, product, order],
  credentials,
  settings,
  webhooks: woocommerceWebhooks,
};
