import type { Connector } from './contract/connector.types.ts';
import { csv } from './csv/csv.connector.ts';
import { odoo } from './odoo/odoo.connector.ts';
import { woocommerce } from './woocommerce/woocommerce.connector.ts';

/** Every system that can be connected. A new one is a folder and a line here. */
export const CONNECTORS: readonly Connector[] = [woocommerce, odoo, csv];

/** Injects the connectors of this process: those above, unless a test replaces them. */
export const CONNECTOR_LIST = Symbol('CONNECTOR_LIST');

/** Undefined when no connector has this system. */
export const connectorFor = (system: string, connectors: readonly Connector[] = CONNECTORS): Connector | undefined =>
  connectors.find(({ description }) => description.system === system);
