import { parseArgs } from 'node:util';
import type { OdooSandboxOptions } from './odoo/odoo.options.ts';
import type { WooCommerceSandboxOptions } from './woocommerce/woocommerce.options.ts';

export interface SandboxOptions {
  readonly shop: WooCommerceSandboxOptions;
  readonly odoo: OdooSandboxOptions;
}

export const USAGE = `Usage: npm run sandbox -- [options]

WooCommerce:
  --port N           port; 0 picks a free one (8090)
  --customers N      number of customers (5000)
  --bad-rate R       share of the customers that a destination would refuse, 0 to 1 (0.01)
  --products N       number of products, without the variations of every 8th (500)
  --orders N         number of orders (300)
  --guest-rate R     share of the orders that guests placed, 0 to 1 (1/6)

Odoo:
  --odoo-port N      port; 0 picks a free one (8091)
  --odoo-version N   18 has JSON-RPC, 19 has JSON-RPC and JSON-2 (19)
  --partners N       number of partners (1000)
  --odoo-products N  number of product templates (100)
  --odoo-orders N    number of sales orders (100)

Both:
  --seed N           equal seeds make equal data and equal keys (1)`;

const FLAGS = {
  port: { type: 'string', default: '8090' },
  customers: { type: 'string', default: '5000' },
  'bad-rate': { type: 'string', default: '0.01' },
  products: { type: 'string', default: '500' },
  orders: { type: 'string', default: '300' },
  'guest-rate': { type: 'string', default: String(1 / 6) },
  'odoo-port': { type: 'string', default: '8091' },
  'odoo-version': { type: 'string', default: '19' },
  partners: { type: 'string', default: '1000' },
  'odoo-products': { type: 'string', default: '100' },
  'odoo-orders': { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
} as const;

type Flag = keyof typeof FLAGS;

/** Throws an Error with a message for people. The sandboxes themselves refuse numbers out of range. */
export function readOptions(args: readonly string[]): SandboxOptions {
  const values = parse(args);
  const number = (flag: Flag): number => {
    const value = Number(values[flag]);
    if (values[flag].trim() === '' || Number.isNaN(value)) throw new Error(`--${flag} must be a number.`);
    return value;
  };
  const seed = number('seed');
  return {
    shop: {
      port: number('port'),
      customers: number('customers'),
      badRate: number('bad-rate'),
      products: number('products'),
      orders: number('orders'),
      guestRate: number('guest-rate'),
      seed,
    },
    odoo: {
      port: number('odoo-port'),
      version: number('odoo-version') as OdooSandboxOptions['version'],
      partners: number('partners'),
      products: number('odoo-products'),
      orders: number('odoo-orders'),
      seed,
    },
  };
}

function parse(args: readonly string[]): Record<Flag, string> {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}
