import { steadyNow } from '../../../common/clock.ts';
import { BatchPace } from '../../border/batch.pace.ts';
import { isTooMuch } from '../../border/smaller.parts.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ItemProblem, WriteResult } from '../../contract/connector.types.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import { plainMessage } from '../mapping/shop.values.ts';
import type { Raw, ShopClient } from '../shop/shop.client.ts';
import { isFinalRefusal } from './final.refusal.ts';

/** One operation of a batch. */
export type BatchOperation =
  | { readonly kind: 'create'; readonly body: Raw }
  | { readonly kind: 'update'; readonly id: number; readonly body: Raw }
  /** Permanent. Succeeds when the id does not exist. */
  | { readonly kind: 'delete'; readonly id: number };

export type BatchOutcome =
  | { readonly ok: true; readonly raw: Raw }
  /** `leftId`: what the shop made although it refused it, where it says so. */
  | { readonly ok: false; readonly problem: ItemProblem; readonly leftId: number | null };

/** How many creates the first batch has: a slow shop makes an order in seconds. */
const FIRST_CREATES = 25;

/**
 * Sends batches that the shop accepts. The shop does not publish its limit, so a refusal halves the size for the rest of the session.
 * Batches of creates begin small; all grow and shrink by the time that the shop takes for an item, and halve when that was too long.
 */
export class BatchWriter {
  readonly #client: ShopClient;
  #limit: number;
  readonly #creates = new BatchPace(FIRST_CREATES);
  readonly #others: BatchPace;

  constructor(client: ShopClient, limit: number) {
    this.#client = client;
    this.#limit = limit;
    this.#others = new BatchPace(limit);
  }

  /**
   * Returns one outcome for each operation, in their order. Throws ConnectorError, with `ambiguous` when a part took effect or may have.
   * That is always so after an earlier batch of the same call.
   */
  async run(path: string, operations: readonly BatchOperation[], signal: AbortSignal): Promise<BatchOutcome[]> {
    const outcomes: BatchOutcome[] = [];
    while (outcomes.length < operations.length) {
      const rest = operations.slice(outcomes.length);
      const pace = rest.some(isCreate) ? this.#creates : this.#others;
      const chunk = rest.slice(0, Math.min(this.#limit, pace.size));
      const began = steadyNow();
      try {
        outcomes.push(...(await this.#send(path, chunk, signal)));
        pace.took(chunk.length, steadyNow() - began);
      } catch (error) {
        if (error instanceof ConnectorError && error.ambiguous) pace.tooMuch(chunk.length);
        if (isTooLarge(error) && chunk.length === 1)
          outcomes.push(refused({ error_class: 'too_large', message: error.message }));
        else if (isTooLarge(error)) this.#limit = Math.ceil(chunk.length / 2);
        else if (isTooMuch(error) && chunk.length > 1) pace.tooMuch(chunk.length);
        else throw outcomes.length > 0 ? asAmbiguous(error) : error;
      }
    }
    return outcomes;
  }

  async #send(path: string, chunk: readonly BatchOperation[], signal: AbortSignal): Promise<BatchOutcome[]> {
    const idempotent = !chunk.some(isHarmfulTwice);
    const canShrink = idempotent && chunk.length > 1;
    const response = await this.#client.send(
      { method: 'POST', path: `${path}/batch`, body: bodyOf(chunk), idempotent, canShrink },
      signal,
    );
    return outcomesOf(path, chunk, recordOf(response), idempotent);
  }
}

const isCreate = ({ kind }: BatchOperation): boolean => kind === 'create';

/** Of an order. The shop adds each that comes without an id, as often as it comes. */
const ADDED_PARTS = ['line_items', 'shipping_lines', 'fee_lines'] as const;

function isHarmfulTwice(operation: BatchOperation): boolean {
  if (operation.kind !== 'update') return isCreate(operation);
  return ADDED_PARTS.some((name) => {
    const parts = operation.body[name];
    return Array.isArray(parts) && parts.some((part) => recordOf(part).id === undefined);
  });
}

function bodyOf(chunk: readonly BatchOperation[]) {
  const create = chunk.flatMap((operation) => (operation.kind === 'create' ? [operation.body] : []));
  const update = chunk.flatMap((operation) =>
    operation.kind === 'update' ? [{ ...operation.body, id: operation.id }] : [],
  );
  const remove = chunk.flatMap((operation) => (operation.kind === 'delete' ? [operation.id] : []));
  return {
    ...(create.length > 0 && { create }),
    ...(update.length > 0 && { update }),
    ...(remove.length > 0 && { delete: remove }),
  };
}

/** The response has a list for each kind, in the order of the request. An outcome belongs to an operation by its index, never by its id. */
function outcomesOf(
  path: string,
  chunk: readonly BatchOperation[],
  response: Raw,
  idempotent: boolean,
): BatchOutcome[] {
  const indexes = { create: 0, update: 0, delete: 0 };
  return chunk.map((operation) => {
    const list = response[operation.kind];
    const raw = Array.isArray(list) ? list[indexes[operation.kind]++] : undefined;
    if (typeof raw === 'object' && raw !== null) return outcomeOf(path, operation, raw as Raw);
    throw new ConnectorError('protocol', "The shop's response to a batch lacks some results.", {
      ambiguous: !idempotent,
    });
  });
}

function outcomeOf(path: string, operation: BatchOperation, raw: Raw): BatchOutcome {
  if (raw.error === undefined) return { ok: true, raw };
  const error = recordOf(raw.error);
  if (operation.kind === 'delete')
    return isGone(Number(recordOf(error.data).status), error.code) ? { ok: true, raw } : refused(itemProblem(error));
  const final = isFinalRefusal(path, operation.body, error);
  const leftId = idOf({ id: recordOf(error.data).new_draft_order_id });
  return refused({ ...itemProblem(error), ...(final && { final }) }, leftId);
}

const refused = (problem: ItemProblem, leftId: number | null = null): BatchOutcome => ({ ok: false, problem, leftId });

/** `code`: of an account that is gone WooCommerce 7.9 says it with 400 (recording 676). */
export function isGone(status: number | undefined, code?: unknown): boolean {
  return status === 404 || status === 410 || (status === 400 && code === 'woocommerce_rest_invalid_id');
}

/** The shop's own code without its prefix: `invalid_customer_id`. */
export function itemProblem(error: Raw): ItemProblem {
  const code = typeof error.code === 'string' && error.code !== '' ? error.code : 'refused';
  return {
    error_class: code.replace(/^woocommerce_rest_/, '').replaceAll('-', '_'),
    message: plainMessage(error.message) || code,
  };
}

/** For an error after a part took effect: the results of that part are lost with the error. */
export function asAmbiguous(error: unknown): unknown {
  if (!(error instanceof ConnectorError) || error.ambiguous) return error;
  const { kind, message, retryAt, status, said } = error;
  return new ConnectorError(kind, message, { retryAt, status, said, ambiguous: true, cause: error });
}

function isTooLarge(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.kind === 'too-large' && !error.ambiguous;
}

/** Of an operation that got as far as the shop. No shop's code; it is told by its class, since whoever takes it may add to it. */
const SENT: ItemProblem = { error_class: 'sent_in_trial', message: 'A trial sends nothing.' };

/** Takes every batch and sends none, so that what is refused was refused before. */
export class TrialBatches extends BatchWriter {
  override async run(_path: string, operations: readonly BatchOperation[]): Promise<BatchOutcome[]> {
    return operations.map(() => refused(SENT));
  }
}

/** The problem that kept an operation from being sent; null when there was none. */
export function refusalIn(result: WriteResult): ItemProblem | null {
  return result.ok || result.problem.error_class === SENT.error_class ? null : result.problem;
}
