import { textOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import type { Raw } from '../shop/shop.client.ts';
import { shopCodeOf } from '../shop/shop.response.ts';
import type { Shop } from './shop.context.ts';

/** The accounts with this email, in lower case, of any role. `fields` has `email`. Throws RowsNotShown when the shop counts one that it does not show. */
export async function accountsOf(
  client: Shop['client'],
  email: string,
  fields: string,
  signal: AbortSignal,
): Promise<readonly Raw[]> {
  const found: Raw[] = [];
  const visit = (rows: readonly Raw[]) => {
    found.push(...rows.filter((raw) => textOf(raw.email)?.toLowerCase() === email));
    return found.length > 0;
  };
  try {
    await readListing(client, { path: '/customers', params: { email, role: 'all', _fields: fields } }, visit, signal);
    return found;
  } catch (error) {
    // The shop refuses to search for a text that is not an email. Nobody can have an account with it.
    if (shopCodeOf(error) === 'rest_invalid_param') return [];
    throw error;
  }
}
