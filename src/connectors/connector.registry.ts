import type { Connector } from './contract/connector.types.ts';

/** Every system that can be connected: a new one is its folder and its line here. */
export const CONNECTORS: readonly Connector[] = [];

/** Undefined when there is no such system. */
export const connectorFor = (system: string, connectors: readonly Connector[] = CONNECTORS): Connector | undefined =>
  connectors.find(({ description }) => description.system === system);
