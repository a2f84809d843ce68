import type { RecordTable } from './record.table.ts';
import type { GeneratedRows, Row, Stored } from './record.types.ts';

/** The two versions a sandbox can be. */
export type OdooVersion = 18 | 19;

export type FieldType =
  | 'char'
  | 'text'
  | 'html'
  | 'integer'
  | 'float'
  | 'monetary'
  | 'boolean'
  | 'datetime'
  | 'selection'
  | 'binary'
  | 'many2one'
  | 'one2many'
  | 'many2many';

/** What a call and a model may do with all records; database.ts keeps them. */
export interface Database {
  readonly version: OdooVersion;
  models(): Model[];
  hasModel(name: string): boolean;
  /** Throws the UserError of Odoo for a model that does not exist, as `table` does. */
  model(name: string): Model;
  table(name: string): RecordTable;
  fieldOf(model: string, name: string): Field | undefined;
  /** What a field of a record is now, computed and related ones too. */
  read(env: Environment, model: string, id: number, name: string): Stored;
  put(model: string, row: Row): void;
  delete(model: string, id: number): void;
  /** Sets fields without any rule, and write_date with them. */
  patch(env: Environment, model: string, id: number, values: Readonly<Record<string, Stored>>): void;
  /** The next number of a sequence that starts with `first`; a transaction that fails leaves a gap. */
  nextNumber(sequence: string, first: number): number;
  externalId(name: string): { model: string; id: number } | null;
  setExternalId(name: string, target: { model: string; id: number }): void;
  /** A point within the transaction to go back to. */
  savepoint(): number;
  rollbackTo(savepoint: number): void;
  /** Sees every record that a call from outside has saved; a throw refuses it. */
  readonly watch: ((env: Environment, model: string, id: number) => void) | null;
}

/** What a call works in: one transaction of one user. */
export interface Environment {
  readonly db: Database;
  readonly version: OdooVersion;
  readonly uid: number;
  /** When the transaction started, microseconds since 1970: what write_date becomes. */
  readonly now: number;
  readonly context: Readonly<Record<string, unknown>>;
  /** False for calls from outside, which cannot write computed fields and meet the refusals asked for. */
  readonly internal: boolean;
}

export interface Field {
  readonly type: FieldType;
  /** As people see it. */
  readonly label: string;
  /** The other model, for relations. */
  readonly relation?: string;
  /** The many2one on the other side, for one2many. */
  readonly inverse?: string;
  readonly required?: boolean;
  /** Writes from outside are ignored, as those to computed fields are. */
  readonly readonly?: boolean;
  readonly selection?: readonly (readonly [value: string, label: string])[];
  /** The field of another record that this one shows and writes: many2one of this model, field of the other. */
  readonly related?: readonly [via: string, field: string];
  /** Not stored: worked out when read. */
  readonly compute?: (env: Environment, id: number) => Stored;
  /** Takes writes to a computed field. */
  readonly assign?: (env: Environment, id: number, value: Stored) => void;
  /** Ids among which all records with this value are, for a computed field that is searched by equality. */
  readonly candidates?: (db: Database, value: string | number) => number[];
  /** Found by equality without reading every record. */
  readonly indexed?: boolean;
  /** For new records that say nothing. */
  readonly initial?: (env: Environment) => Stored;
  /** What happens when the record a many2one points to is deleted: refused, or this becomes empty or goes with it. */
  readonly onDelete?: 'restrict' | 'cascade' | 'empty';
}

export interface Model {
  readonly name: string;
  /** As people see it. */
  readonly label: string;
  /** The order of a search that asks for none. */
  readonly order: string;
  readonly fields: Readonly<Record<string, Field>>;
  displayName(env: Environment, id: number): string;
  readonly generated?: GeneratedRows;
  /** Records there are from the start beside the generated ones. */
  readonly rows?: readonly Row[];
  /** Fills in what Odoo derives from the values of a new record. */
  prepare?(env: Environment, vals: Record<string, unknown>): Record<string, unknown>;
  /** After a record was created (`before` null) or written. Throws to refuse it. */
  saved?(env: Environment, id: number, before: Row | null, vals: Readonly<Record<string, unknown>>): void;
  /** Throws to refuse a deletion. */
  deleting?(env: Environment, ids: readonly number[]): void;
  deleted?(env: Environment, before: Row): void;
  readonly methods?: Readonly<Record<string, ModelMethod>>;
}

/** A method of a model beside the common ones; `ids` are the records it is called on. */
export type ModelMethod = (env: Environment, ids: readonly number[]) => unknown;
