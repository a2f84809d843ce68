import { comparableEmail, comparableVat } from '../connectors/canonical/comparable.text.ts';
import type { WriteResult } from '../connectors/contract/connector.types.ts';
import { diffFields, type FieldChange } from './field.diff.ts';
import { withoutAddresses } from './picture.addresses.ts';
import type { ItemPlan } from './plan.types.ts';

/** What an amount of a line is made of is the destination's own; connectors compare the totals of orders. */
const OWN = /^lines\[.*\]\.(?:unit_price|taxes|tax_total)$/s;
/** A long list of fields says no more. */
const MAX_SHOWN = 5;
const MAX_TEXT = 60;

/**
 * The written fields that the destination has otherwise than they were sent, as it has them (`old`) and as they were sent (`new`): it cut
 * off, replaced or dropped what it does not hold. Blanks, and the case of what has none, are no difference. Pure.
 */
export function storedOtherwise(plan: ItemPlan, result: WriteResult): readonly FieldChange[] {
  if (!result.ok || result.data === null || (plan.kind !== 'create' && plan.kind !== 'update')) return [];
  const written = plan.kind === 'update' ? new Set(plan.fields.map(({ field }) => field)) : null;
  return diffFields(result.data, plan.data).filter(
    ({ field, old, new: sent }) =>
      !OWN.test(field) &&
      (written === null || written.has(field)) &&
      comparable(field, old) !== comparable(field, sent),
  );
}

/** `phone "+49 30 1" as "+49301"` */
export function storedOtherwiseMessage(fields: readonly FieldChange[]): string {
  const shown = fields.slice(0, MAX_SHOWN).map(({ field, old, new: sent }) => `${field} ${text(sent)} as ${text(old)}`);
  const more = fields.length > MAX_SHOWN ? ` and ${fields.length - MAX_SHOWN} more fields` : '';
  return `It was written, and the destination keeps ${shown.join(', ')}${more}.`;
}

function comparable(field: string, value: unknown): unknown {
  if (field === 'images') return JSON.stringify(withoutAddresses(value));
  if (typeof value !== 'string') return JSON.stringify(value);
  if (field === 'vat') return comparableVat(value);
  if (field === 'email' || field.endsWith('.email')) return comparableEmail(value);
  return JSON.stringify(value.replace(/\s+/g, ' ').trim() || null);
}

function text(value: unknown): string {
  const whole = JSON.stringify(value) ?? 'nothing';
  return whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT)}…` : whole;
}
