/** The delta_data of a preview that this service computed. */
export interface ComputedDelta {
  readonly sync_id: string;
  readonly source_connection_id: string;
  readonly destination: string;
  readonly mode: 'full' | 'incremental' | 'census';
}

/** Undefined: another service stored the preview, so its content is free and it cannot be applied. */
export function computedDelta(delta: Readonly<Record<string, unknown>>): ComputedDelta | undefined {
  const { sync_id, source_connection_id, destination, mode } = delta;
  const isComputed = [sync_id, source_connection_id, destination].every((one) => typeof one === 'string');
  const isMode = mode === 'full' || mode === 'incremental' || mode === 'census';
  return isComputed && isMode ? (delta as unknown as ComputedDelta) : undefined;
}

export interface DeltaList {
  readonly name: string;
  readonly items: readonly unknown[];
}

const ORDER = ['creates', 'updates', 'deletes', 'conflicts', 'unchanged'];

/** The lists of a preview that another service stored, well-known names first. */
export function listsOf(delta: Readonly<Record<string, unknown>>): readonly DeltaList[] {
  const lists = Object.entries(delta).flatMap(([name, items]) => (Array.isArray(items) ? [{ name, items }] : []));
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return lists.sort((a, b) => place(a.name) - place(b.name));
}
