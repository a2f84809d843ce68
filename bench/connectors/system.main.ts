import { startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import type { SystemAddress } from './system.process.ts';

// A sandbox in a process of its own, so that neither side of a comparison pays for it. It sends its address to its parent.
const [system, customers] = process.argv.slice(2);
const { stop, address } = system === 'odoo' ? await odoo() : await shop();
process.send?.(address satisfies SystemAddress);
process.on('disconnect', () => void stop());

async function shop() {
  const sandbox = await startWooCommerceSandbox({ customers: Number(customers), badRate: 0, behindProxy: true });
  const credentials = { consumer_key: sandbox.consumerKey, consumer_secret: sandbox.consumerSecret };
  return { stop: () => sandbox.stop(), address: { url: sandbox.url, credentials } };
}

async function odoo() {
  const sandbox = await startOdooSandbox({ partners: Number(customers), products: 0, orders: 0, version: 19 });
  const { url, database, username, apiKey } = sandbox;
  return { stop: () => sandbox.stop(), address: { url, credentials: { database, username, api_key: apiKey } } };
}
