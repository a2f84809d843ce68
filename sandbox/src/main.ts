import { readOptions, USAGE } from './main.options.ts';
import { startOdooSandbox } from './odoo/odoo.sandbox.ts';
import { startupMessage } from './startup.message.ts';
import { startWooCommerceSandbox } from './woocommerce/woocommerce.sandbox.ts';

/** `npm run sandbox`: runs a WooCommerce and an Odoo until stopped. main.options.ts has the options. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(USAGE);
  const options = readOptions(args);
  const shop = await startWooCommerceSandbox(options.shop);
  try {
    const odoo = await startOdooSandbox(options.odoo);
    const stop = () => Promise.all([shop.stop(), odoo.stop()]);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
    console.log(startupMessage(shop, odoo));
  } catch (problem) {
    await shop.stop();
    throw problem;
  }
}

main().catch((problem: unknown) => {
  console.error(problem instanceof Error ? problem.message : problem);
  process.exitCode = 1;
});
