import { parseArgs } from 'node:util';
import type { OdooSandboxOptions } from './odoo/odoo.options.ts';
import type { WooCommerceSandboxOptions } from './woocommerce/woocommerce.options.ts';

export interface SandboxOptions {
  readonly shop: WooCommerceSandboxOptions;
  readonly odoo: OdooSandboxOptions;
}

export const USAGE = `Usage: npm run sandbox -- [options]
  --port N           of the WooCommerce shop (8090); 0 takes a free one
  --customers N      in the shop (5000)
  --bad-rate R       share of them that a destination would refuse, 0 to 1 (0.01)
  --products N       in the shop, the variations of every 8th not counted (500)
  --orders N         in the shop (300)
  --guest-rate R     share of the orders that guests placed, 0 to 1 (a sixth)
  --odoo-port N      of the Odoo (8091); 0 takes a free one
  --odoo-version N   18 speaks JSON-RPC, 19 JSON-2 too (19)
  --partners N       in the Odoo (1000)
  --odoo-products N  in the Odoo (100)
  --odoo-orders N    in the Odoo (100)
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

/** Throws an Error for people, which says how; numbers out of range are the sandboxes' to refuse. */
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
