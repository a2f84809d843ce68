import { ConnectorError } from '../../contract/connector.error.ts';
import type { CheckResult } from '../../contract/connector.types.ts';
import { recordOf } from '../mapping/raw.reader.ts';
import type { ShopClient } from './shop.client.ts';

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
  let version: unknown;
  await refusalOf(async () => {
    const status = await client.get('/system_status', { _fields: 'environment' }, signal);
    version = recordOf(recordOf(status).environment).version;
  });
  return typeof version === 'string' ? version : null;
}

/** Returns the error when the shop refuses permanently; throws any other error. */
async function refusalOf(work: () => Promise<unknown>): Promise<ConnectorError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const refused = error instanceof ConnectorError && !error.transient && error.kind !== 'aborted';
    if (refused) return error;
    throw error;
  }
}
