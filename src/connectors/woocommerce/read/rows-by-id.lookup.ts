import { inSmallerParts, isTooMuch } from '../../border/smaller.parts.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import type { Params, Raw } from '../shop/shop.client.ts';
import { shopCodeOf } from '../shop/shop.response.ts';
import { inParallel, type Shop } from './shop.context.ts';

export interface FoundRows {
  readonly rows: readonly Raw[];
  /** Items with a problem, for ids that exist or may exist and are not shown. */
  readonly hidden: readonly ExternalItem[];
}

interface Where {
  readonly path: string;
  /** Filters of the list; a read of one id has none. */
  readonly listed: Params;
  /** `_fields` and `context`. */
  readonly format: Params;
}

/**
 * The rows of the ids. A list may leave out rows that exist: plugins cap it, and language plugins and caches hide some. So what is missing
 * is asked for again together, as long as that brings rows, and then each alone. An id of which the shop then says that it has none is
 * in neither list.
 */
export async function rowsByIds(
  shop: Shop,
  where: Where,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<FoundRows> {
  const missing = new Set(ids);
  const rows: Raw[] = [];
  for (let came = 1; came > 0 && missing.size > 0; ) {
    came = 0;
    for (const row of await listed(shop, where, [...missing], signal)) {
      if (!missing.delete(String(idOf(row)))) continue;
      rows.push(row);
      came += 1;
    }
  }
  const answers = await inParallel([...missing], (id) => alone(shop, where, id, signal));
  return {
    rows: [...rows, ...answers.flatMap((answer) => (answer?.row ? [answer.row] : []))],
    hidden: answers.flatMap((answer) => answer?.hidden ?? []),
  };
}

/** In halves when the shop cannot answer for all of them at once. */
function listed(
  { client }: Shop,
  { path, listed: filters, format }: Where,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Raw[]> {
  const read = async (part: readonly string[]) => {
    const params = { include: part.join(','), ...filters, per_page: 100, ...format };
    return (await client.page(path, params, signal)).rows;
  };
  const alone = (_: string, error: ConnectorError): never => {
    throw error;
  };
  return inSmallerParts(ids, read, alone, isTooMuch);
}

type Answer = { readonly row?: Raw; readonly hidden?: ExternalItem } | null;

/** Null: the shop says that it has none of this id. */
async function alone({ client }: Shop, { path, format }: Where, id: string, signal: AbortSignal): Promise<Answer> {
  try {
    const row = recordOf(await client.get(`${path}/${id}`, format, signal));
    if (String(idOf(row)) === id) return { row };
    throw new ConnectorError('protocol', `The shop's response to ${path}/${id} is another object.`);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { kind, status, message } = error;
    if (shopCodeOf(error) !== null && (status === 404 || status === 410)) return null;
    if (kind !== 'forbidden' || error.transient) throw error;
    return { hidden: { external_id: id, data: null, problem: { error_class: 'no_access', message } } };
  }
}
