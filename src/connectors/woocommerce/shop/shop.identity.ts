import type { SystemIdentity } from '../../contract/connector.types.ts';
import { recordOf } from '../mapping/raw.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import { unlessRefused } from './shop.refusal.ts';

/**
 * The id of the store, which WooCommerce tells since about 10 and a copy of the site keeps, and the address that WordPress has for its
 * site. Who must not read the status of the shop gets the address from the index of its API, which needs no key.
 */
export async function identifyShop({ client, settings }: Shop, signal: AbortSignal): Promise<SystemIdentity> {
  const fields = 'environment.site_url,environment.store_id';
  const status = await unlessRefused(() => client.get('/system_status', { _fields: fields }, signal));
  const { site_url, store_id } = recordOf(recordOf(status).environment);
  const site = textOf(site_url) ?? textOf(recordOf(await unlessRefused(() => client.index(signal))).url);
  return {
    identity: textOf(store_id),
    isCopied: true,
    place: placeOf(site ?? settings.homeUrl ?? settings.baseUrl),
    scope: '',
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Without what changes while the site stays: the scheme, `www.` and the slash at the end. */
const placeOf = (site: string): string =>
  site
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/\/+$/, '');
