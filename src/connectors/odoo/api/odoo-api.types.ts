/** A record as Odoo returns it: `false` for empty, `[id, label]` for a many2one, `YYYY-MM-DD HH:MM:SS` in UTC for a time. */
export type Row = Readonly<Record<string, unknown>>;

/** The values that `create` and `write` expect. */
export type Values = Readonly<Record<string, unknown>>;

/** Terms `[field, operator, value]` and the prefix operators `&`, `|`, `!`. Terms without an operator are joined by "and". */
export type Domain = readonly unknown[];

/** `ids` are the records to call the method on; the rest are its named arguments, including `context`. */
export interface MethodArguments {
  readonly ids?: readonly number[];
  readonly [name: string]: unknown;
}

export interface CallOptions {
  /** Sending it twice does no harm: reads, and writes of a given state. */
  readonly idempotent: boolean;
  /** See HttpRequest. */
  readonly writes?: boolean;
  /** See HttpRequest. */
  readonly canShrink?: boolean;
  readonly signal: AbortSignal;
}

/** Calls a model's methods over one of Odoo's protocols. Throws ConnectorError: an OdooFault when Odoo itself refused. */
export interface OdooApi {
  call(model: string, method: string, args: MethodArguments, options: CallOptions): Promise<unknown>;
  /** From the Date header of the last response, milliseconds since 1970; null before the first. */
  serverTime(): number | null;
}
