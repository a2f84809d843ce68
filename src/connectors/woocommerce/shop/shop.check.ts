import type { CheckResult } from '../../contract/connector.types.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import type { ShopSettings } from '../woocommerce.settings.ts';
import type { ShopClient } from './shop.client.ts';
import { refusalOf, unlessRefused } from './shop.refusal.ts';

const PAGE = 100;

/** Reads a page of each type and the version, and sends an empty batch, which changes nothing but needs permission to write. */
export async function checkShop(
  client: ShopClient,
  { customerRoles }: Pick<ShopSettings, 'customerRoles'>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const warnings: string[] = await listWarnings(client, '/customers', signal);
  for (const path of ['/products', '/orders']) {
    const refusal = await refusalOf(async () => void warnings.push(...(await listWarnings(client, path, signal))));
    if (refusal) warnings.push(`The key cannot read ${path.slice(1)}: ${refusal.quoting}`);
  }
  await unlessRefused(async () => void warnings.push(...(await roleWarnings(client, customerRoles, signal))));
  if (await hasPricesWithTax(client, signal)) warnings.push(PRICES_WITH_TAX);
  const request = { method: 'POST', path: '/customers/batch', body: {}, idempotent: true } as const;
  const readOnly = await refusalOf(() => client.send(request, signal));
  if (readOnly) warnings.push(`The key may read but not write: ${readOnly.quoting}`);
  const version = await versionOf(client, signal);
  return { version, account: null, credentials_expire_at: null, warnings: [...warnings, ...client.remarks] };
}

/** The service carries the number over, and knows no tax of a product to take out of it. */
const PRICES_WITH_TAX =
  'Prices of products include tax here, and are carried over as they are: the other system must mean the same by a price; else leave `price` and `sale_price` out (field_directions).';

/** False when the key may not read the settings. */
async function hasPricesWithTax(client: ShopClient, signal: AbortSignal): Promise<boolean> {
  const path = '/settings/tax/woocommerce_prices_include_tax';
  const setting = await unlessRefused(() => client.get(path, { _fields: 'value' }, signal));
  return recordOf(setting).value === 'yes';
}

/** Syncs read the list whole all the same, with more requests. Other programs may not. */
async function listWarnings(client: ShopClient, path: string, signal: AbortSignal): Promise<string[]> {
  const params = { orderby: 'id', order: 'asc', _fields: 'id' };
  const { rows, total } = await client.list(path, { ...params, per_page: PAGE }, signal);
  const name = path.slice(1);
  if (total === null) return [`The shop does not say how many ${name} it has (X-WP-Total).`];
  const expected = Math.min(PAGE, total);
  if (rows.length < expected) return [`Pages of ${name} are capped: the shop shows ${rows.length} of ${expected}.`];
  const { rows: more } = await client.list(
    path,
    { ...params, offset: Math.max(total, rows.length), per_page: 1 },
    signal,
  );
  if (rows.length <= total && more.length === 0) return [];
  return [`The shop says that it has ${total} ${name}, and shows more.`];
}

/** Among the buyers of the newest orders. */
async function roleWarnings(client: ShopClient, role: string, signal: AbortSignal): Promise<string[]> {
  if (role === 'all') return [];
  const newest = { orderby: 'id', order: 'desc', per_page: PAGE, _fields: 'id,customer_id' };
  const { rows } = await client.list('/orders', newest, signal);
  const ids = new Set(rows.flatMap(({ customer_id }) => idOf({ id: customer_id }) ?? []));
  if (ids.size === 0) return [];
  const params = { include: [...ids].join(','), role: 'all', per_page: PAGE, _fields: 'id,role' };
  const accounts = await client.list('/customers', params, signal);
  const others = accounts.rows.filter((account) => account.role !== undefined && account.role !== role);
  if (others.length === 0) return [];
  const roles = [...new Set(others.map((account) => String(account.role)))].sort().join(', ');
  return [
    `${others.length} buyers of the newest orders have another role than ${role} (${roles}), so customer syncs leave them out: set customer_roles to their role or to all.`,
  ];
}

/** Null when the key may not read it. The connector works without it. */
async function versionOf(client: ShopClient, signal: AbortSignal): Promise<string | null> {
  const status = await unlessRefused(() => client.get('/system_status', { _fields: 'environment' }, signal));
  const { version } = recordOf(recordOf(status).environment);
  return typeof version === 'string' ? version : null;
}
