import type { SystemIdentity } from '../../contract/connector.types.ts';
import { recordOf } from '../mapping/raw.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from './shop.client.ts';
import { unlessRefused } from './shop.refusal.ts';

/**
 * The id of the store, which WooCommerce tells since about 10 and a copy of the site keeps, and the address that WordPress has for its
 * site. Who must not read the status of the shop gets the address from the index of its API, which needs no key. A shop that tells no id
 * is told from another that took its place by when its first account was made, which is done with the site.
 */
export async function identifyShop({ client, settings }: Shop, signal: AbortSignal): Promise<SystemIdentity> {
  const fields = 'environment.site_url,environment.store_id';
  const status = await unlessRefused(() => client.get('/system_status', { _fields: fields }, signal));
  const { site_url, store_id } = recordOf(recordOf(status).environment);
  const site = textOf(site_url) ?? textOf(recordOf(await unlessRefused(() => client.index(signal))).url);
  const identity = textOf(store_id);
  return {
    identity,
    ...(identity === null && { since: await firstAccount(client, signal) }),
    isCopied: true,
    place: placeOf(site ?? settings.homeUrl ?? settings.baseUrl),
    scope: '',
  };
}

async function firstAccount(client: Shop['client'], signal: AbortSignal): Promise<string | null> {
  const params = { role: 'all', orderby: 'id', order: 'asc', per_page: 1, _fields: 'id,date_created_gmt' };
  const rows = await unlessRefused(() => client.get('/customers', params, signal));
  const { id, date_created_gmt } = (Array.isArray(rows) ? rows[0] : undefined) ?? ({} as Raw);
  const madeAt = textOf(date_created_gmt);
  return madeAt === null ? null : `account ${id} of ${madeAt}`;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Without what changes while the site stays: the scheme, `www.` and the slash at the end. */
const placeOf = (site: string): string =>
  site
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/\/+$/, '');
