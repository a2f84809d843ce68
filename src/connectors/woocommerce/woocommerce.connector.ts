import type { Connector, EntityDescription } from '../contract/connector.types.ts';
import { filterParams } from './read/read.filters.ts';
import { woocommerceWebhooks } from './webhook/webhook.payload.ts';
import { WooCommerceSession } from './woocommerce.session.ts';
import { CREDENTIALS, SETTINGS } from './woocommerce.settings.ts';

const customer: EntityDescription = {
  entity_type: 'customer',
  read: true,
  write: true,
  tells_changes: false,
  fields: ['email', 'name', 'first_name', 'last_name', 'company', 'phone', 'billing', 'shipping', 'guest'],
  default_directions: { guest: 'read' },
  deletes: 'permanent',
  page: '/wp-admin/user-edit.php?user_id={id}',
};

const product: EntityDescription = {
  entity_type: 'product',
  read: true,
  write: true,
  tells_changes: true,
  fields: [
    'type',
    'sku',
    'name',
    'description',
    'short_description',
    'barcode',
    'published',
    'price',
    'sale_price',
    'sale_from',
    'sale_to',
    'weight',
    'stock',
    'categories',
    'images',
    'attributes',
    'variations',
  ],
  // The shop copies an image to an address of its own, so a read never returns the address that was written.
  default_directions: { type: 'read', images: 'read' },
  deletes: 'archive',
  page: '/wp-admin/post.php?post={id}&action=edit',
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
  // Writing a status sends mail to the customer. The shop determines the other fields itself.
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
  // A shop that keeps its orders in tables of their own leads on from here.
  page: '/wp-admin/post.php?post={id}&action=edit',
};

/** WooCommerce 7 and later, over its REST API wc/v3. */
export const woocommerce: Connector = {
  description: {
    system: 'woocommerce',
    title: 'WooCommerce',
    entities: [customer, product, order],
    credentials: CREDENTIALS,
    settings: SETTINGS,
    credential_settings: ['auth'],
    pages: ['wp-json', 'wp-admin', 'wp-login.php', 'index.php', 'my-account'],
    webhooks: woocommerceWebhooks,
  },
  checkRead: (entity, filters) => void filterParams(entity, filters),
  open: (context) => new WooCommerceSession(context),
};
