/**
 * A value as the database stores it. Empty is null, never false; a many2one is the id, a many2many the ids, a date and
 * time microseconds since 1970 in UTC.
 */
export type Stored = string | number | boolean | null | readonly number[];

/** A record as the database stores it; absent fields are empty. */
export interface Row {
  readonly id: number;
  readonly [field: string]: Stored;
}

/** New values by field, as sent. */
export type Values = Readonly<Record<string, unknown>>;

/** The part of a table that is computed on request. */
export interface GeneratedRows {
  readonly count: number;
  readonly firstId: number;
  /** By index, 0 to count - 1; a field without a column is empty. */
  readonly columns: Readonly<Record<string, (index: number) => Stored>>;
  /** Indexes of the rows where a field has a value (text in lower case), without reading every row. */
  readonly find: Readonly<Record<string, (value: string | number) => readonly number[]>>;
}
