import { randomUUID } from 'node:crypto';
import {
  type Client,
  type Connection,
  type ConnectionCheck,
  checkConnection,
  createConnection,
  listConnections,
  removeConnection,
} from '@sync-operations/client';
import type { OdooSandbox } from '@sync-operations/sandbox';
import { Refused, reliably } from './reliable.call.ts';
import type { ShopAccess } from './shop.client.ts';

const SHOP = 'Sandbox shop';
const ERP = 'Sandbox Odoo';

export interface Connected {
  readonly connection: Connection;
  readonly check: ConnectionCheck;
}

/** Connects both sandboxes and checks that their keys work. Connections of an earlier demo are removed: their sandboxes are gone. */
export async function connectBoth(
  api: Client,
  shop: ShopAccess,
  odoo: OdooSandbox,
  signal: AbortSignal,
): Promise<{ shop: Connected; odoo: Connected }> {
  await removeEarlier(api, signal);
  const { consumerKey: consumer_key, consumerSecret: consumer_secret } = shop;
  const { database, username, apiKey: api_key } = odoo;
  // The sandboxes use plain http. Guests are left out because they would make the counts harder to follow.
  const ofShop = { allow_http: true, include_guests: false };
  return {
    shop: await connect(
      api,
      {
        ...{ name: SHOP, system: 'woocommerce', base_url: shop.url, settings: ofShop },
        credentials: { consumer_key, consumer_secret },
      },
      signal,
    ),
    odoo: await connect(
      api,
      {
        ...{ name: ERP, system: 'odoo', base_url: odoo.url, settings: { allow_http: true } },
        credentials: { database, username, api_key },
      },
      signal,
    ),
  };
}

type NewConnection = Parameters<typeof createConnection>[0]['body'];

async function connect(api: Client, body: NewConnection, signal: AbortSignal): Promise<Connected> {
  const headers = { 'Idempotency-Key': `demo-${randomUUID()}` };
  const connection = await reliably(() => createConnection({ client: api, headers, body }), signal);
  const path = { connection_id: connection.id };
  const check = await reliably(() => checkConnection({ client: api, path }), signal);
  if (!check.ok) throw new Error(`${body.name} cannot be used: ${check.error?.message}`);
  return { connection, check };
}

async function removeEarlier(api: Client, signal: AbortSignal): Promise<void> {
  const { items } = await reliably(() => listConnections({ client: api, query: { limit: 1_000 } }), signal);
  for (const { id, name } of items) {
    if (name !== SHOP && name !== ERP) continue;
    const removal = reliably(() => removeConnection({ client: api, path: { connection_id: id } }), signal);
    await removal.catch((error: unknown) => {
      // An earlier attempt removed it, but its response was lost.
      if (!(error instanceof Refused && error.status === 404)) throw error;
    });
  }
}
