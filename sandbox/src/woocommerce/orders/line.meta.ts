import type { LineMeta } from './order.types.ts';

/** Meta data of a line, which also says how to show it (recording 60). */
export function lineMeta(id: number, key: string, value: unknown, displayKey = key): LineMeta {
  return { id, key, value, display_key: displayKey, display_value: value };
}
