import { createHash } from 'node:crypto';
import type { ExternalItem } from '../../contract/connector.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { idOf } from './raw.reader.ts';

/** A row that names no id: told as a problem, under a name that stays the same as long as the row does. */
export function unmappable(raw: Raw): ExternalItem {
  const hash = createHash('sha256').update(JSON.stringify(raw)).digest('hex').slice(0, 16);
  return {
    external_id: `unknown:${hash}`,
    data: null,
    problem: { error_class: 'no_id', message: 'The shop shows this row without an id.' },
    raw,
  };
}

/** A row of the trash. */
export function trashed(raw: Raw): ExternalItem {
  const id = idOf(raw);
  return id === null ? unmappable(raw) : { external_id: String(id), data: null, deleted: true };
}
