/** A record as Odoo sends it: `false` for empty, `[id, label]` for a many2one, `YYYY-MM-DD HH:MM:SS` in UTC for a time. */
export type Row = Readonly<Record<string, unknown>>;

/** What `create` and `write` take. */
export type Values = Readonly<Record<string, unknown>>;

/** Terms `[field, operator, value]` and the prefix operators `&`, `|`, `!`; terms side by side are joined by and. */
export type Domain = readonly unknown[];

/** `ids` are the records a method is called on; the rest are its named arguments, `context` among them. */
export interface MethodArguments {
  readonly ids?: readonly number[];
  readonly [name: string]: unknown;
}

export interface CallOptions {
  /** Sending it twice does no harm: reads, and writes to a given state. */
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
}

/** Calls a model's methods over one of Odoo's protocols. Throws ConnectorError; what Odoo itself refused is an OdooFault. */
export interface OdooApi {
  call(model: string, method: string, args: MethodArguments, options: CallOptions): Promise<unknown>;
  /** By the Date header of the last answer, milliseconds since 1970; null: not told yet. */
  serverTime(): number | null;
}
