import { join, relative } from 'node:path';
import { type Client, createSyncClient } from '@sync-operations/client';
import { freePort, openDataFolder, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import {
  badCustomerCount,
  type OdooSandbox,
  type ShopSeed,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { loadEnvironment } from '../src/config/environment.ts';
import { CREATE_EXAMPLES } from '../src/connectors/connections/dto/connection.examples.ts';
import { CrmStore } from './crm.store.ts';
import type { DemoOptions } from './demo.options.ts';
import { NO_OTHER_DATABASE, type ServiceAccess } from './service.launch.ts';
import { type SupervisedService, superviseService } from './service.process.ts';
import { grouped } from './terminal.ts';

/** Determines the shop's customers, together with their number. */
export const SHOP_SEED = { badRate: 0.01, seed: 1 };
/** Partners that exist in the Odoo only, not in the shop. */
const OWN_PARTNERS = 200;
/** Delay of each response of the Odoo, unless --fast is given; slow enough to watch. */
const ODOO_LATENCY_MS = 10;
const CALL_TIMEOUT_MS = 15_000;

/** What the demo plays on: the service, a shop to read from, a table and an Odoo to write to. */
export interface Stage {
  readonly service: SupervisedService;
  readonly shop: WooCommerceSandbox;
  readonly odoo: OdooSandbox;
  readonly crm: CrmStore;
  /** How many of the shop's customers the CRM's table must refuse. */
  readonly bad: number;
  /** Undefined for the default folder, which commands find by themselves. */
  readonly dataDir: string | undefined;
  /** Stops what was started; called in reverse order. */
  readonly cleanup: (() => Promise<void>)[];
}

export interface StageOptions extends Pick<DemoOptions, 'customers' | 'fast'> {
  /** Aborted when the service cannot be kept running; abort it to end the service. */
  readonly stopping: AbortController;
  readonly say: (line?: string) => void;
  /** Gets a function for each thing that was started, which stops it; called in reverse order. */
  readonly cleanup: (() => Promise<void>)[];
}

/** Starts everything. When it throws, `cleanup` stops what has started by then. */
export async function setStage({ customers, fast, stopping, say, cleanup }: StageOptions): Promise<Stage> {
  Object.assign(process.env, NO_OTHER_DATABASE);
  const { PORT, SYNC_DATA_DIR: dataDir } = loadEnvironment();
  const port = await freePort(PORT || undefined);
  if (PORT !== 0 && port !== PORT) say(`Port ${PORT} is in use, so the demo uses ${port}.`);
  const { root } = openDataFolder(dataDir);
  const logFile = join(root, 'demo-service.log');
  const shape = { ...SHOP_SEED, customers };
  const { shop, odoo } = await startSystems(shape, fast, cleanup);
  say(`Starting the service; its log is ${nearest(logFile)}`);
  const service = await superviseService({
    port,
    dataDir,
    logFile,
    systems: { shop: shop.url, erp: odoo.url },
    say: (line) => say(`  ${line.replaceAll(root, nearest(root))}`),
    until: stopping.signal,
  });
  service.ended.catch((error: unknown) => stopping.abort(error));
  const stopService = async () => {
    stopping.abort();
    await service.ended.catch(() => {});
  };
  cleanup.push(stopService);

  say(`  Sandbox WooCommerce shop with ${grouped(customers)} customers on ${shop.url}`);

  // The demo uses the server too, so the CRM's table stays reachable while the service is down.
  const database = await startEmbeddedPostgres({ dataDir });
  cleanup.push(async () => {
    // The service stops first, so that the two do not wait for each other.
    await stopService();
    await database.stop();
  });
  const crm = await CrmStore.open(database.ownerUrl);
  cleanup.push(() => crm.close());
  const bad = badCustomerCount(shape);
  return { service, shop, odoo, crm, bad, dataDir: dataDir === '.data' ? undefined : dataDir, cleanup };
}

/**
 * With the credentials of the examples at /docs, which connect them. They stop after the service, which would otherwise keep trying to
 * reach them.
 */
async function startSystems(shape: ShopSeed, fast: boolean, cleanup: StageOptions['cleanup']) {
  const { consumer_key: consumerKey, consumer_secret: consumerSecret } = CREATE_EXAMPLES['a shop'].value.credentials;
  const { database, username, api_key: apiKey } = CREATE_EXAMPLES['an ERP'].value.credentials;
  const shop = await startWooCommerceSandbox({ ...shape, consumerKey, consumerSecret });
  cleanup.push(() => shop.stop());
  const latencyMs = fast ? 0 : ODOO_LATENCY_MS;
  const odoo = await startOdooSandbox({ version: 19, partners: OWN_PARTNERS, latencyMs, database, username, apiKey });
  cleanup.push(() => odoo.stop());
  return { shop, odoo };
}

/** Calls have a time limit, so that a call to a hanging service is retried. */
export function clientOf({ url, apiKey }: ServiceAccess, orgId: string): Client {
  const client = createSyncClient({ baseUrl: url, apiKey, orgId });
  client.setConfig({ fetch: (request) => fetch(request, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) }) });
  return client;
}

/** A path as a person would type it from here. */
function nearest(file: string): string {
  const path = relative('.', file) || '.';
  return path.startsWith('..') ? file : path;
}
