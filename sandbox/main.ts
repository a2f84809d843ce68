import { parseArgs } from 'node:util';
import { startWooCommerceSandbox } from './woocommerce/woocommerce-sandbox.ts';

/** `npm run sandbox -- --port 8090 --customers 5000 --bad-rate 0.01 --seed 1`: a shop to try things on, until stopped. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8090' },
      customers: { type: 'string', default: '5000' },
      'bad-rate': { type: 'string', default: '0.01' },
      seed: { type: 'string', default: '1' },
    },
  });
  const shop = await startWooCommerceSandbox({
    port: Number(values.port),
    customers: Number(values.customers),
    badRate: Number(values['bad-rate']),
    seed: Number(values.seed),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void shop.stop());

  const customers = `${shop.url}/wp-json/wc/v3/customers?per_page=2&orderby=id`;
  console.log(`WooCommerce sandbox with ${values.customers} customers on ${shop.url}
consumer key     ${shop.consumerKey}
consumer secret  ${shop.consumerSecret}
Try:    curl -u ${shop.consumerKey}:${shop.consumerSecret} '${customers}'
Faults: curl ${shop.url}/__sandbox/faults -d '[{"kind": "too-many-requests", "every": 10, "retryAfter": 2}]'
Stop with Ctrl-C.`);
}

main().catch((problem: unknown) => {
  console.error(problem instanceof Error ? problem.message : problem);
  process.exitCode = 1;
});
