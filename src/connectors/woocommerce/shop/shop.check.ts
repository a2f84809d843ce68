import type { CheckResult } from '../../contract/connector.types.ts';
import { recordOf } from '../mapping/raw.reader.ts';
import type { ShopClient } from './shop.client.ts';
import { refusalOf, unlessRefused } from './shop.refusal.ts';

/** Reads one object of each type and the version, and sends an empty batch, which changes nothing but needs permission to write. */
export async function checkShop(client: ShopClient, signal: AbortSignal): Promise<CheckResult> {
  const warnings: string[] = [];
  await client.total('/customers', {}, signal);
  for (const path of ['/products', '/orders']) {
    const refusal = await refusalOf(() => client.total(path, {}, signal));
    if (refusal) warnings.push(`The key cannot read ${path.slice(1)}: ${refusal.message}`);
  }
  const request = { method: 'POST', path: '/customers/batch', body: {}, idempotent: true } as const;
  const readOnly = await refusalOf(() => client.send(request, signal));
  if (readOnly) warnings.push(`The key may read but not write: ${readOnly.message}`);
  return { version: await versionOf(client, signal), account: null, credentials_expire_at: null, warnings };
}

/** Null when the key may not read it. The connector works without it. */
async function versionOf(client: ShopClient, signal: AbortSignal): Promise<string | null> {
  const status = await unlessRefused(() => client.get('/system_status', { _fields: 'environment' }, signal));
  const { version } = recordOf(recordOf(status).environment);
  return typeof version === 'string' ? version : null;
}
