import type { PreviewChange } from '@sync-operations/client';

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
