import { join, relative } from 'node:path';
import { type Client, createSyncClient, type Progress } from '../clients/typescript/src/index.ts';
import { badCustomerCount } from '../sandbox/woocommerce/customers/bad-customers.rules.ts';
import { startWooCommerceSandbox } from '../sandbox/woocommerce/woocommerce-sandbox.ts';
import { loadEnvironment } from '../src/config/environment.ts';
import { openDataFolder } from '../src/database/embedded/data-folder.ts';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.ts';
import { freePort } from '../src/database/embedded/free.port.ts';
import { type Check, lookAsAnother, readBack } from './checks.ts';
import { CrmStore } from './crm.store.ts';
import { syncWooCommerceCustomers } from './customer.sync.ts';
import { type DemoOptions, readOptions } from './demo.options.ts';
import { NO_OTHER_DATABASE, type ServiceAccess } from './service.launch.ts';
import { superviseService } from './service.process.ts';
import { isRight, summaryOf, whereToLook } from './summary.text.ts';
import { grouped, Terminal } from './terminal.ts';

const BAD_RATE = 0.01;
const BATCH_DELAY_MS = 150;
const CALL_TIMEOUT_MS = 15_000;
const USER = 'demo-user';

/** What to end when the demo ends; the last that was started ends first. */
type Cleanup = (() => Promise<void>)[];

/** The whole demo; true when every check was right. Throws when `stopping` is aborted before the result. */
async function demo(
  options: DemoOptions,
  stopping: AbortController,
  terminal: Terminal,
  cleanup: Cleanup,
): Promise<boolean> {
  const { say } = terminal;
  const { signal } = stopping;

  Object.assign(process.env, NO_OTHER_DATABASE);
  const { PORT, SYNC_DATA_DIR: dataDir } = loadEnvironment();
  const port = await freePort(PORT || undefined);
  if (PORT !== 0 && port !== PORT) say(`Port ${PORT} is taken, so this uses ${port}.`);
  const { root } = openDataFolder(dataDir);
  const logFile = join(root, 'demo-service.log');
  const sayForService = (line: string) => say(`  ${line.replaceAll(root, nearest(root))}`);

  say(`Starting the service; its log is ${nearest(logFile)}`);
  const service = await superviseService({ port, dataDir, logFile, say: sayForService, until: signal });
  service.ended.catch((error: unknown) => stopping.abort(error));
  const stopService = async () => {
    stopping.abort();
    await service.ended.catch(() => {});
  };
  cleanup.push(stopService);

  const shape = { customers: options.customers, badRate: BAD_RATE, seed: 1 };
  const expected = { customers: options.customers, bad: badCustomerCount(shape) };
  const shop = await startWooCommerceSandbox(shape);
  cleanup.push(() => shop.stop());
  // Its own use of the server: the CRM's table stays reachable while the service is away.
  const database = await startEmbeddedPostgres({ dataDir });
  // The service first, so that the two do not wait for each other.
  cleanup.push(async () => {
    await stopService();
    await database.stop();
  });
  const crm = await CrmStore.open(database.ownerUrl);
  cleanup.push(() => crm.close());

  say(`  Sandbox WooCommerce shop with ${grouped(options.customers)} customers on ${shop.url}`);
  say();
  const api = clientOf(service.access(), options.orgId);
  const another = clientOf(service.access(), `${options.orgId}-b`);
  let seenByAnother: Promise<Check[]> | undefined;
  const onProgress = (sync: Progress) => {
    if (!seenByAnother) {
      say(`Sync ${sync.sync_id} of organization ${options.orgId}: shop → CRM table`);
      say(`Kill the service if you like, it goes on: kill -9 ${service.access().pid}`);
      say();
      // Asked while the sync is live, so that an empty list says something.
      seenByAnother = lookAsAnother(another, sync.sync_id, signal);
      seenByAnother.catch(() => {});
    }
    if (sync.status === 'paused') say('Paused on request, until somebody resumes or cancels it.');
    terminal.progress(sync);
  };
  const batchDelay = options.fast ? 0 : BATCH_DELAY_MS;
  const sync = await syncWooCommerceCustomers({
    ...{ api, shop, crm, orgId: options.orgId, userId: USER, batchDelay, signal, onProgress },
  }).finally(() => terminal.endProgress());
  const { sync_id } = sync;

  const findings = await readBack(api, sync_id, expected, signal);
  const stored = await crm.countOf(options.orgId, sync_id);
  const checks = [
    ...findings.checks,
    { what: "Rows in the CRM's table", found: stored, expected: expected.customers - expected.bad },
    ...((await seenByAnother) ?? []),
  ];
  say();
  if (sync.status === 'cancelled') say('The sync was cancelled on request, so the checks of a whole one are not met.');
  for (const line of summaryOf({ ...findings, checks })) say(line);
  const allRight = checks.every(isRight);
  if (options.exit) return allRight;

  say();
  const place = { access: service.access(), orgId: options.orgId, syncId: sync_id };
  for (const line of whereToLook({ ...place, dataDir: dataDir === '.data' ? undefined : dataDir })) say(line);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  if (signal.reason !== INTERRUPTED) throw signal.reason;
  return allRight;
}

/** Calls have a time limit: a service that hangs is one that will be called again. */
function clientOf({ url, apiKey }: ServiceAccess, orgId: string): Client {
  const client = createSyncClient({ baseUrl: url, apiKey, orgId });
  client.setConfig({ fetch: (request) => fetch(request, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) }) });
  return client;
}

const INTERRUPTED = new Error('Stopped before the sync had ended.');

/** A path as a person would type it from here. */
const nearest = (file: string): string => (relative('.', file).startsWith('..') ? file : relative('.', file));

async function main(): Promise<number> {
  const terminal = new Terminal();
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      // Ctrl-C may arrive twice, from the terminal and from npm.
      if (stopping.signal.aborted) return;
      stopping.abort(INTERRUPTED);
      terminal.endProgress();
      terminal.say('\nStopping the service and its database…');
    });
  const cleanup: Cleanup = [];
  try {
    const options = readOptions(process.argv.slice(2));
    return (await demo(options, stopping, terminal, cleanup)) ? 0 : 1;
  } catch (error) {
    const reason = stopping.signal.aborted ? (stopping.signal.reason ?? error) : error;
    console.error(reason instanceof Error ? reason.message : String(reason));
    return reason === INTERRUPTED ? 130 : 1;
  } finally {
    for (const end of cleanup.reverse()) await end();
  }
}

process.exitCode = await main();
