import type { RecordTable } from './record.table.ts';
import type { GeneratedRows, Row, Stored } from './record.types.ts';

/** The versions that a sandbox imitates. */
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

/** What numbers are of, for the settings of their decimals (recordings 205 and 929). They do not depend on a currency. */
export type Precision = 'Product Price' | 'Discount' | 'Product Unit' | 'Stock Weight';

/** The database as calls and models see it; InMemoryDatabase implements it. */
export interface Database {
  readonly version: OdooVersion;
  models(): Model[];
  hasModel(name: string): boolean;
  /** Like `table`, throws Odoo's UserError for a model that does not exist. */
  model(name: string): Model;
  table(name: string): RecordTable;
  fieldOf(model: string, name: string): Field | undefined;
  /** The current value of a field of a record, computed and related fields included. */
  read(env: Environment, model: string, id: number, name: string): Stored;
  put(model: string, row: Row): void;
  delete(model: string, id: number): void;
  /** Sets fields without applying rules, and write_date with them. */
  patch(env: Environment, model: string, id: number, values: Readonly<Record<string, Stored>>): void;
  /** The next number of a sequence that starts at `first`; a transaction that fails leaves a gap. */
  nextNumber(sequence: string, first: number): number;
  externalId(name: string): { model: string; id: number } | null;
  setExternalId(name: string, target: { model: string; id: number }): void;
  /** A point within the transaction to roll back to. */
  savepoint(): number;
  rollbackTo(savepoint: number): void;
  /** Ids by model that a record rule keeps from the API's users. */
  readonly hidden: Map<string, ReadonlySet<number>>;
  /** The operations that the API's users have no right to, by model. */
  readonly denied: Map<string, ReadonlySet<string>>;
  /** The decimals of prices and other numbers, where a person has set others than 2. */
  readonly decimals: Map<Precision, number>;
  /** Called for every record that a client's call has saved; a throw refuses it. */
  readonly watch: ((env: Environment, model: string, id: number) => void) | null;
}

/** The environment of a call: one transaction of one user. */
export interface Environment {
  readonly db: Database;
  readonly version: OdooVersion;
  readonly uid: number;
  /** When the transaction started, microseconds since 1970: the new write_date. */
  readonly now: number;
  readonly context: Readonly<Record<string, unknown>>;
  /** False for calls of clients, which cannot write computed fields and which `OdooFaults.refuse` applies to. */
  readonly internal: boolean;
}

export interface Field {
  readonly type: FieldType;
  /** The name that users see. */
  readonly label: string;
  /** The other model, for relations. */
  readonly relation?: string;
  /** A text with a value for each language; the others show the English one. */
  readonly translated?: boolean;
  /** The many2one on the other side, for one2many. */
  readonly inverse?: string;
  /** Of a float: all digits, and those after the point, or the setting that tells them; 2 of them unless it says so. */
  readonly digits?: readonly [total: number, decimals: number] | Precision;
  readonly required?: boolean;
  /** Writes of clients are ignored, as with computed fields. */
  readonly readonly?: boolean;
  readonly selection?: readonly (readonly [value: string, label: string])[];
  /** The field of another record that this one shows and writes: many2one of this model, field of the other. */
  readonly related?: readonly [via: string, field: string];
  /** Not stored: computed when read. */
  readonly compute?: (env: Environment, id: number) => Stored;
  /** Handles writes to a computed field. */
  readonly assign?: (env: Environment, id: number, value: Stored) => void;
  /** Ids that include all records with this value, for a computed field that is searched by equality. */
  readonly candidates?: (db: Database, value: string | number) => number[];
  /** Found by equality without reading every record. */
  readonly indexed?: boolean;
  /** Archived records are not shown, whatever the context asks for. */
  readonly activeOnly?: boolean;
  /** The default of new records. */
  readonly initial?: (env: Environment) => Stored;
  /** What happens when the record a many2one points to is deleted: the deletion is refused, this record is deleted too, or the field is emptied. */
  readonly onDelete?: 'restrict' | 'cascade' | 'empty';
}

export interface Model {
  readonly name: string;
  /** The name that users see. */
  readonly label: string;
  /** The default order of a search. */
  readonly order: string;
  readonly fields: Readonly<Record<string, Field>>;
  displayName(env: Environment, id: number): string;
  readonly generated?: GeneratedRows;
  /** Records that exist from the start, in addition to the generated ones. */
  readonly rows?: readonly Row[];
  /** Writes its creates, and its changes of the `tracked` fields, into the chatter. */
  readonly chatter?: { readonly tracked: readonly string[] };
  /** Adds what Odoo derives from the values of a new record. */
  prepare?(env: Environment, vals: Record<string, unknown>): Record<string, unknown>;
  /** As `prepare`, for a write. Throws to refuse it. */
  prepareWrite?(env: Environment, before: Row, vals: Record<string, unknown>): Record<string, unknown>;
  /** After a record was created (`before` null) or written. Throws to refuse it. */
  saved?(env: Environment, id: number, before: Row | null, vals: Readonly<Record<string, unknown>>): void;
  /** The archived record that a create brings back instead of making another. */
  broughtBack?(env: Environment, vals: Readonly<Record<string, unknown>>): number | null;
  /** Archives a record that something needs, instead of its deletion; false where it may be deleted. */
  archivedInstead?(env: Environment, id: number): boolean;
  /** Throws to refuse a deletion. */
  deleting?(env: Environment, ids: readonly number[]): void;
  deleted?(env: Environment, before: Row): void;
  readonly methods?: Readonly<Record<string, ModelMethod>>;
}

/** A method of one model only; `ids` are the records it is called on. */
export type ModelMethod = (env: Environment, ids: readonly number[]) => unknown;
