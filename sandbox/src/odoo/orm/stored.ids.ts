import type { Stored } from './record.types.ts';

/** The ids a relation holds: one, several or none. */
export function idsIn(stored: Stored): readonly number[] {
  if (typeof stored === 'number') return [stored];
  return Array.isArray(stored) ? (stored as readonly number[]) : [];
}
