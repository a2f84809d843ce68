/** How one field differs. */
export interface FieldValues {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** The fields that stand against each other in a payload of a conflict; undefined when it is something else. */
export function fieldChangesOf(payload: unknown): readonly FieldValues[] | undefined {
  const fields = (payload as { fields?: unknown } | null)?.fields;
  if (!Array.isArray(fields) || fields.length === 0) return undefined;
  return fields.every((one) => typeof one?.field === 'string' && 'old' in one && 'new' in one)
    ? (fields as FieldValues[])
    : undefined;
}

/** A value as people read it: text as it is, nothing as nothing, the rest as JSON. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '(empty)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
