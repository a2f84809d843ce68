import { FatalError, RestError } from './rest.error.ts';
import type { BatchRules } from './rest.types.ts';

/** What a batch does to one item. A RestError becomes the error of that item only. */
export interface BatchActions {
  create(item: Readonly<Record<string, unknown>>): object;
  update(item: Readonly<Record<string, unknown>>): object;
  delete(id: number): object;
}

type BatchResult = Partial<Record<keyof BatchActions, object[]>>;

/**
 * Runs a batch in WooCommerce's order; results have the order of the items. An error is `{id, error}`: id 0 for a create,
 * null for an update without an id (recording 40). Ids that are not numbers vanish from `delete`, which shifts the rest.
 * An empty batch returns `[]` (recording 43).
 */
export function runBatch(
  params: Readonly<Record<string, unknown>>,
  actions: BatchActions,
  { limit = 100, failEvery = Number.POSITIVE_INFINITY, legacy = false, missing = (id) => id }: BatchRules,
): BatchResult | [] {
  if (legacy && [params.create, params.update, params.delete].some(isText)) throw new FatalError(); // recording 475
  const [creates, updates, deletes] = [items(params.create), items(params.update), items(params.delete)];
  if (creates.length + updates.length + deletes.length > limit) throw tooMany(limit); // recording 41

  let position = 0;
  const attempt = (id: unknown, act: () => object): object => {
    position += 1;
    try {
      if (position % failEvery === 0) throw databaseFailed();
      return act();
    } catch (problem) {
      if (problem instanceof RestError) return { id, error: problem.body() };
      throw problem;
    }
  };
  const result: BatchResult = {};
  if (creates.length > 0) result.create = creates.map((item) => attempt(0, () => actions.create(fields(item))));
  if (updates.length > 0) {
    result.update = updates.map((item) => attempt(fields(item).id ?? null, () => actions.update(fields(item))));
  }
  const ids = deletes.map((id) => Math.trunc(Number(id)) || 0).filter((id) => id !== 0);
  if (ids.length > 0) result.delete = ids.map((id) => attempt(missing(id), () => actions.delete(id)));
  return Object.keys(result).length === 0 ? [] : result;
}

const isText = (value: unknown) => typeof value === 'string';

function items(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function fields(item: unknown): Readonly<Record<string, unknown>> {
  return typeof item === 'object' && item !== null ? { ...item } : {};
}

function tooMany(limit: number): RestError {
  const message = `Unable to accept more than ${limit} items for this request.`;
  return new RestError('woocommerce_rest_request_entity_too_large', message, 413);
}

/** WordPress's message for a write that its database refused. */
function databaseFailed(): RestError {
  return new RestError('db_update_error', 'Could not update post in the database.', 500);
}
