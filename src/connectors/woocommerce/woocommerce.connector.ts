import type { Connector } from '../contract/connector.types.ts';
import { woocommerceDescription } from './woocommerce.description.ts';
import { WooCommerceSession } from './woocommerce.session.ts';

/** WooCommerce by its REST API wc/v3, from 7 on. */
export const woocommerce: Connector = {
  description: woocommerceDescription,
  open: (context) => new WooCommerceSession(context),
};
