import type { Connector } from '../contract/connector.types.ts';
import { domainFilter } from './client/search.domain.ts';
import { CUSTOMER_MEMBERS } from './customers/partner.mapping.ts';
import { OdooSession } from './odoo.session.ts';
import { CREDENTIALS, SETTINGS } from './odoo.settings.ts';
import { ORDER_MEMBERS } from './orders/order.mapping.ts';
import { PRODUCT_MEMBERS } from './products/product.mapping.ts';

/** Odoo 14 to 18 over JSON-RPC, 19 and later over JSON-2. */
export const odoo: Connector = {
  description: {
    system: 'odoo',
    title: 'Odoo',
    entities: [
      {
        entity_type: 'customer',
        read: true,
        write: true,
        tells_changes: true,
        fields: CUSTOMER_MEMBERS,
        deletes: 'archive',
        page: '/web#id={id}&model=res.partner&view_type=form',
      },
      {
        entity_type: 'product',
        read: true,
        write: true,
        tells_changes: true,
        fields: PRODUCT_MEMBERS,
        default_directions: { type: 'read' },
        deletes: 'archive',
        page: '/web#id={id}&model=product.template&view_type=form',
      },
      {
        entity_type: 'order',
        read: true,
        write: true,
        tells_changes: true,
        fields: ORDER_MEMBERS,
        // Odoo computes totals, and writing a status sends mail to the customer. A deleted order is cancelled.
        default_directions: {
          status: 'read',
          shipping_total: 'read',
          tax_total: 'read',
          total: 'read',
        },
        deletes: 'archive',
        page: '/web#id={id}&model=sale.order&view_type=form',
      },
    ],
    credentials: CREDENTIALS,
    settings: SETTINGS,
    identity_settings: ['company_id'],
    pages: ['web', 'odoo', 'my', 'json', 'jsonrpc', 'xmlrpc'],
  },
  checkRead: (_entity, filters) => void domainFilter(filters),
  open: (context) => new OdooSession(context),
};
