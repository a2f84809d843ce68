import { ItemRefused } from '../border/item.refused.ts';
import type { EntityType } from '../canonical/canonical.types.ts';
import type { Candidate, ExternalItem, ItemProblem, Match, WriteOperation } from '../contract/connector.types.ts';
import type { Domain, Row, Values } from './api/odoo-api.types.ts';
import type { ExpectedTotals } from './orders/amounts/sale.plan.ts';

export type CreateOperation = Extract<WriteOperation, { kind: 'create' }>;
export type UpdateOperation = Extract<WriteOperation, { kind: 'update' }>;

/** Records of another model that an item is read from, too. Their change is a change of the item, which Odoo does not mark as changed. */
export interface Part {
  readonly model: string;
  /** From the item to them, as a domain writes it: `order_line.product_id`. */
  readonly path: string;
  /** What is read of them. */
  readonly fields: readonly string[];
  /** The records are not the item's own, and change for other reasons. */
  readonly shared?: boolean;
}

/** How Odoo stores one canonical entity type. The generic code for reading, pagination and writing depends on this interface only. */
export interface OdooEntity {
  readonly type: EntityType;
  readonly model: string;
  parts(signal: AbortSignal): Promise<readonly Part[]>;
  /** The records that count as this entity. Matching finds others only by the mark of their create. */
  domain(signal: AbortSignal): Promise<Domain>;
  /** Those of the mapped fields that this server has. */
  fields(signal: AbortSignal): Promise<readonly string[]>;
  /** Maps a page of rows. Reads the records that belong to them in one or two calls. */
  toItems(rows: readonly Row[], signal: AbortSignal): Promise<ExternalItem[]>;
  /** One list per candidate, in their order. */
  findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]>;
  /** In the order of the operations; a problem for an operation that cannot be written. */
  prepareCreates(operations: readonly CreateOperation[], signal: AbortSignal): Promise<Prepared[]>;
  prepareUpdates(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Prepared[]>;
  /** Compares what was written with what it must have become, before `after` runs. A problem or a warning by id of the record. */
  verify?(written: readonly Written[], signal: AbortSignal): Promise<ReadonlyMap<number, Finding>>;
  /** The values that remove a record; null when removal takes more than writing values. */
  readonly removal: Values | null;
  remove?(id: number, signal: AbortSignal): Promise<void>;
  /** Brings back records that were removed. */
  restore(ids: readonly number[], signal: AbortSignal): Promise<void>;
}

export interface Written {
  readonly id: number;
  readonly prepared: PreparedWrite;
}

/** Fatal: the item fails with it. Otherwise it is told, and the item counts as written. */
export interface Finding {
  readonly problem: ItemProblem;
  readonly fatal: boolean;
}

export type Prepared = PreparedWrite | { readonly problem: ItemProblem };

export interface PreparedWrite {
  /** Empty when the record itself does not change. */
  readonly values: Values;
  /** What an order's totals must be after the write. */
  readonly expected?: ExpectedTotals;
  /** What the item tells although it is written, such as what was left out of the values and why: its warning. */
  readonly told?: ItemProblem | null;
  /** The values contain commands that add lines, so they must not be sent twice. */
  readonly adds?: boolean;
  /** Writes the rest once the record exists. */
  readonly after?: (id: number, signal: AbortSignal) => Promise<void>;
  /** Takes back everything when `after` was refused, so that no part of an item stays. */
  readonly undo?: (id: number, signal: AbortSignal) => Promise<void>;
}

/** Marks the item of a row that is archived. */
export function archivedOf(row: Row): { archived?: true } {
  return row.active === false ? { archived: true } : {};
}

/** One result for each operation: its values, or the problem that prevents it. */
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
