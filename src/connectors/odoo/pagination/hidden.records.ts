import { ItemRefused } from '../../border/item.refused.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import { isRecord } from '../api/response.reader.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf } from '../client/odoo.values.ts';

/** Which every record has. Asked for an id alone, Odoo says it of a deleted record as well. */
const LOOKED_UP = ['write_date'];

/**
 * Those of the ids, which no search finds, that exist all the same. A search finds neither what is deleted nor what a record rule or a
 * company hides; only a read tells them apart: nothing for a deleted record, an AccessError for all when one of them is hidden. So a list
 * that is refused is halved. (`exists` asks for no rights, and is private from Odoo 19 on.)
 */
export async function hiddenAmong(
  client: OdooClient,
  model: string,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<ExternalItem[]> {
  if (ids.length === 0) return [];
  try {
    const rows = await client.call(model, 'read', { ids, fields: LOOKED_UP }, { idempotent: true, signal });
    if (!Array.isArray(rows)) throw new ConnectorError('protocol', `Odoo did not return a list of ${model}.`);
    const read = rows.filter(isRecord).flatMap(({ id }) => idOf(id) ?? []);
    const found = read.map((id) => unseen(String(id), 'not_answered', NOT_FOUND_BY_SEARCH));
    // An answer may be capped, so those that it leaves out are gone only when they are asked for again and nothing comes.
    const left = ids.filter((id) => !read.includes(id));
    return left.length === ids.length ? [] : [...found, ...(await hiddenAmong(client, model, left, signal))];
  } catch (error) {
    if (!(error instanceof OdooFault)) throw error;
    const [first] = ids;
    if (error.kind === 'not-found' && error.errorClass === 'missing' && ids.length === 1) return [];
    const isHidden = error.errorClass === 'access_error' || error.errorClass === 'missing';
    if (!isHidden || first === undefined) throw error;
    if (ids.length === 1) return [unseen(String(first), 'no_access', error.message)];
    const middle = Math.ceil(ids.length / 2);
    const left = await hiddenAmong(client, model, ids.slice(0, middle), signal);
    return [...left, ...(await hiddenAmong(client, model, ids.slice(middle), signal))];
  }
}

/** Odoo would take what refers to a hidden record, and nobody could tell what it is. `what` begins the sentence. */
export function refuseHidden(what: string): never {
  const advice = 'Let the user of the key see it, then sync again.';
  throw new ItemRefused(
    'no_access',
    `${what} is hidden from this key, by a record rule or as that of another company. ${advice}`,
  );
}

const NOT_FOUND_BY_SEARCH = 'Odoo reads this record by its id, and no search finds it.';

const unseen = (external_id: string, error_class: string, message: string): ExternalItem => ({
  external_id,
  data: null,
  problem: { error_class, message },
});
