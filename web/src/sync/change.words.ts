import type { PreviewChange } from '../../../clients/typescript/src/index.ts';

interface ChangeKind {
  readonly name: PreviewChange['kind'];
  readonly planned: string;
  readonly done: string;
  readonly plural: string;
  /** Of its badge. */
  readonly tone: 'good' | 'info' | 'bad' | 'warn';
}

export const CHANGE_KINDS: readonly ChangeKind[] = [
  { name: 'create', planned: 'create', done: 'created', plural: 'Creates', tone: 'good' },
  { name: 'update', planned: 'update', done: 'updated', plural: 'Updates', tone: 'info' },
  { name: 'delete', planned: 'delete', done: 'deleted', plural: 'Deletes', tone: 'bad' },
  { name: 'conflict', planned: 'conflict', done: 'conflict', plural: 'Conflicts', tone: 'warn' },
];

const NAMES = ['name', 'email', 'sku', 'number'] as const;

/** What people call the item: its name, address, article or order number; null when it has none. */
export function itemName(data: Readonly<Record<string, unknown>> | null): string | null {
  const found = NAMES.map((name) => data?.[name]).filter((value) => typeof value === 'string' && value !== '');
  return found.length === 0 ? null : found.slice(0, 2).join(', ');
}
