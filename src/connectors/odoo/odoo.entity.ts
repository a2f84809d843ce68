import type { EntityType } from '../canonical/canonical.types.ts';
import type { Candidate, ExternalItem, ItemProblem, WriteOperation } from '../contract/connector.types.ts';
import type { Domain, Row, Values } from './api/odoo-api.types.ts';

export type CreateOperation = Extract<WriteOperation, { kind: 'create' }>;
export type UpdateOperation = Extract<WriteOperation, { kind: 'update' }>;

/** What one canonical entity is in Odoo; reading, walking and writing in general know it by this only. */
export interface OdooEntity {
  readonly type: EntityType;
  readonly model: string;
  /** Records of their own whose change is a change of the entity: variants, order lines. */
  readonly part: { readonly model: string; readonly parentField: string } | null;
  /** Which records count as this entity; matching looks further. */
  domain(signal: AbortSignal): Promise<Domain>;
  /** Those of the fields the mapping knows that this server has. */
  fields(signal: AbortSignal): Promise<readonly string[]>;
  /** Maps a page of rows, with what belongs to them fetched in a call or two. */
  toItems(rows: readonly Row[], signal: AbortSignal): Promise<ExternalItem[]>;
  /** One list per candidate, in their order. */
  findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<ExternalItem[][]>;
  /** In the order given; an operation that cannot be written at all is a problem. */
  prepareCreates(operations: readonly CreateOperation[], signal: AbortSignal): Promise<Prepared[]>;
  prepareUpdates(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Prepared[]>;
  /** How one is removed; null: there is more to it than writing values. */
  readonly removal: Values | null;
  remove?(id: number, signal: AbortSignal): Promise<void>;
}

export type Prepared = PreparedWrite | { readonly problem: ItemProblem };

export interface PreparedWrite {
  /** Empty: nothing to write to the record itself. */
  readonly values: Values;
  /** The values hold commands that make new lines, so that sending them twice does harm. */
  readonly adds?: boolean;
  /** What else must be written once the record is there. */
  readonly after?: (id: number, signal: AbortSignal) => Promise<void>;
}

/** Thrown while preparing or in `after`: this item cannot be written, the others can. */
export class ItemRefused extends Error {
  readonly problem: ItemProblem;

  constructor(errorClass: string, message: string) {
    super(message);
    this.problem = { error_class: errorClass, message };
  }
}

/** One result per operation: its values, or why it cannot be written. */
export function prepareEach<T>(operations: readonly T[], prepare: (operation: T) => PreparedWrite): Prepared[] {
  return operations.map((operation) => {
    try {
      return prepare(operation);
    } catch (error) {
      if (error instanceof ItemRefused) return { problem: error.problem };
      throw error;
    }
  });
}
