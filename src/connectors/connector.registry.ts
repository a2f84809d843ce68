import type { Connector } from './contract/connector.types.ts';
import { csv } from './csv/csv.connector.ts';
import { odoo } from './odoo/odoo.connector.ts';
import { woocommerce } from './woocommerce/woocommerce.connector.ts';

/** Every system that can be connected: a new one is its folder and its line here. */
export const CONNECTORS: readonly Connector[] = [woocommerce, odoo, csv];

/** Injects the connectors of this process: those above, unless a test replaces them. */
export const CONNECTOR_LIST = Symbol('CONNECTOR_LIST');

/** Undefined when there is no such system. */
export const connectorFor = (system: string, connectors: readonly Connector[] = CONNECTORS): Connector | undefined =>
  connectors.find(({ description }) => description.system === system);
