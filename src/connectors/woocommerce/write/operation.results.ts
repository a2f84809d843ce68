import type { CanonicalData } from '../../canonical/canonical.types.ts';
import type { ExternalItem, ItemProblem, WriteOperation, WriteResult } from '../../contract/connector.types.ts';

type Update<T extends CanonicalData> = Extract<WriteOperation, { kind: 'update' }> & {
  readonly data: T;
  readonly current: T;
};
type Create<T extends CanonicalData> = Extract<WriteOperation, { kind: 'create' }> & { readonly data: T };

/** The operations of one entity type, which the caller of `write` names. */
export type OperationOn<T extends CanonicalData> = Create<T> | Update<T> | Extract<WriteOperation, { kind: 'delete' }>;

/** The shop's id in an operation; null for a create, and for an id that cannot be one of the shop's. */
export function shopIdOf(operation: WriteOperation): number | null {
  if (operation.kind === 'create' || !/^[1-9]\d{0,14}$/.test(operation.external_id)) return null;
  return Number(operation.external_id);
}

export function failed(problem: ItemProblem): WriteResult {
  return { ok: false, problem };
}

export function written({ external_id, data, problem }: ExternalItem): WriteResult {
  return problem ? { ok: false, problem } : { ok: true, external_id, data };
}

export function removed(externalId: string): WriteResult {
  return { ok: true, external_id: externalId, data: null };
}

/** For an update that must keep a part of what the shop has, of an object that the shop does not show. */
export const NOT_SHOWN: ItemProblem = {
  error_class: 'not_found',
  message: 'The shop does not show the object that was to be changed, so nothing of it was written.',
};

/** For ids such as those of guests, which the shop cannot change. */
export const NOT_WRITABLE: ItemProblem = {
  error_class: 'not_writable',
  message: 'The shop has no object with this id to change. A guest exists only in orders.',
};
