import { ConnectorError } from '../../contract/connector.error.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { recordOf } from '../mapping/raw.reader.ts';
import { plainMessage } from '../mapping/shop.values.ts';
import type { Raw, ShopClient } from '../shop/shop.client.ts';

/** One line of a batch. */
export type BatchOperation =
  | { readonly kind: 'create'; readonly body: Raw }
  | { readonly kind: 'update'; readonly id: number; readonly body: Raw }
  /** For good; an id that is not there is there no more. */
  | { readonly kind: 'delete'; readonly id: number };

export type BatchOutcome =
  | { readonly ok: true; readonly raw: Raw }
  | { readonly ok: false; readonly problem: ItemProblem };

/** Sends batches no larger than the shop takes, which it does not tell beforehand: a refusal halves them for the session's life. */
export class BatchWriter {
  readonly #client: ShopClient;
  #size: number;

  constructor(client: ShopClient, size: number) {
    this.#client = client;
    this.#size = size;
  }

  /**
   * One outcome an operation, in their order. Throws ConnectorError; `ambiguous` when some of it took effect or may have, which after
   * an earlier batch of the same call is always so.
   */
  async run(path: string, operations: readonly BatchOperation[], signal: AbortSignal): Promise<BatchOutcome[]> {
    const outcomes: BatchOutcome[] = [];
    while (outcomes.length < operations.length) {
      const chunk = operations.slice(outcomes.length, outcomes.length + this.#size);
      try {
        outcomes.push(...(await this.#send(path, chunk, signal)));
      } catch (error) {
        if (!isTooLarge(error)) throw outcomes.length > 0 ? asAmbiguous(error) : error;
        if (chunk.length === 1)
          outcomes.push({ ok: false, problem: { error_class: 'too_large', message: error.message } });
        else this.#size = Math.ceil(chunk.length / 2);
      }
    }
    return outcomes;
  }

  async #send(path: string, chunk: readonly BatchOperation[], signal: AbortSignal): Promise<BatchOutcome[]> {
    const idempotent = chunk.every(({ kind }) => kind !== 'create');
    const answer = await this.#client.send(
      { method: 'POST', path: `${path}/batch`, body: bodyOf(chunk), idempotent },
      signal,
    );
    return matched(chunk, recordOf(answer), idempotent);
  }
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

/** The shop answers each kind in a list of its own, in the order of its request: the place tells whose answer it is, never the id. */
function matched(chunk: readonly BatchOperation[], answer: Raw, idempotent: boolean): BatchOutcome[] {
  const places = { create: 0, update: 0, delete: 0 };
  return chunk.map((operation) => {
    const list = answer[operation.kind];
    const raw = Array.isArray(list) ? list[places[operation.kind]++] : undefined;
    if (typeof raw === 'object' && raw !== null) return outcomeOf(operation, raw as Raw);
    throw new ConnectorError('protocol', "The shop's answer to a batch lacks some of its results.", {
      ambiguous: !idempotent,
    });
  });
}

function outcomeOf({ kind }: BatchOperation, raw: Raw): BatchOutcome {
  if (raw.error === undefined) return { ok: true, raw };
  const error = recordOf(raw.error);
  if (kind === 'delete' && isGone(Number(recordOf(error.data).status))) return { ok: true, raw };
  return { ok: false, problem: itemProblem(error) };
}

export function isGone(status: number | undefined): boolean {
  return status === 404 || status === 410;
}

/** The shop's own code without its prefix: `invalid_customer_id`. */
export function itemProblem(error: Raw): ItemProblem {
  const code = typeof error.code === 'string' && error.code !== '' ? error.code : 'refused';
  return {
    error_class: code.replace(/^woocommerce_rest_/, '').replaceAll('-', '_'),
    message: plainMessage(error.message) || code,
  };
}

/** What has been done cannot be told any more once an error has to be told. */
export function asAmbiguous(error: unknown): unknown {
  if (!(error instanceof ConnectorError) || error.ambiguous) return error;
  const { kind, message, retryAt, status } = error;
  return new ConnectorError(kind, message, { retryAt, status, ambiguous: true, cause: error });
}

function isTooLarge(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.kind === 'too-large' && !error.ambiguous;
}
