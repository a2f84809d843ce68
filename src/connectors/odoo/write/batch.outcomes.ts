import { ItemRefused } from '../../border/item.refused.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import type { Values } from '../api/odoo-api.types.ts';
import type { PreparedWrite } from '../odoo.entity.ts';

/** The result of one operation: its record, or the problem that prevented it. */
export type Outcome = { readonly id: number; readonly warning?: ItemProblem } | { readonly problem: ItemProblem };

export const GONE: ItemProblem = { error_class: 'missing', message: 'This record no longer exists in Odoo.' };

export const NOT_RESTORED: ItemProblem = {
  error_class: 'not_restored',
  message: 'The record is still archived or cancelled in Odoo after it was brought back.',
};

export interface Ready {
  /** Of the operation in the batch. */
  readonly index: number;
  readonly prepared: PreparedWrite;
}

export interface Target extends Ready {
  readonly id: number;
}

/** Groups targets with equal values, which one call can write. Commands that add lines are never grouped. */
export function groupsOf(targets: readonly Target[]): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const { values, adds } = target.prepared;
    const key = adds ? `${target.index}` : JSON.stringify(values satisfies Values);
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return [...groups.values()];
}

/** A record that is already missing counts as deleted. */
export function deleteOutcome(id: number, saved: number | OdooFault | undefined): Outcome {
  if (saved instanceof OdooFault && saved.errorClass !== 'missing') return { problem: problemOf(saved) };
  return { id };
}

/**
 * A wrong value is refused whenever it is written. Other faults may depend on more than the record: an order that is locked, a barcode
 * that another product has.
 */
export function problemOf(fault: OdooFault, model?: string): ItemProblem {
  const isFinal =
    fault.errorClass === 'value_error' || (fault.errorClass === 'validation_error' && model === 'res.partner');
  return { error_class: fault.errorClass, message: fault.message, ...(isFinal && { final: true }) };
}

export function refusalOf(error: unknown): ItemProblem {
  if (error instanceof ItemRefused) return error.problem;
  if (error instanceof OdooFault && error.ofItem) return problemOf(error);
  throw error;
}

export function asAmbiguous(error: ConnectorError): ConnectorError {
  const { kind, message, retryAt, status, said } = error;
  return new ConnectorError(kind, message, { retryAt, status, said, ambiguous: true, cause: error });
}
