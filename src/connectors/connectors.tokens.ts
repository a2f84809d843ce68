/** Injects the connectors of this process: those of the registry, which a test may replace. */
export const CONNECTOR_LIST = Symbol('CONNECTOR_LIST');
