import type { FieldChange } from '@sync-operations/client';

/** The fields that stand against each other in a payload of a conflict; undefined when it is something else. */
export function fieldChangesOf(payload: unknown): readonly FieldChange[] | undefined {
  const fields = (payload as { fields?: unknown } | null)?.fields;
  if (!Array.isArray(fields) || fields.length === 0) return undefined;
  return fields.every((one) => typeof one?.field === 'string' && 'old' in one && 'new' in one)
    ? (fields as FieldChange[])
    : undefined;
}
