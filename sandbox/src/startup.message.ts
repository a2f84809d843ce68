import { FAULT_CONTROL_PATH } from './faults/fault.control.ts';
import type { OdooSandbox } from './odoo/odoo.sandbox.ts';
import type { WooCommerceSandbox } from './woocommerce/woocommerce.sandbox.ts';

/** What `npm run sandbox` prints: addresses, credentials, and commands that work as printed. */
export function startupMessage(shop: WooCommerceSandbox, odoo: OdooSandbox): string {
  return [...shopLines(shop), '', ...odooLines(odoo), '', ...faultLines(shop, odoo), '', 'Stop with Ctrl-C.'].join(
    '\n',
  );
}

function shopLines({ url, consumerKey, consumerSecret, state }: WooCommerceSandbox): string[] {
  const { customers, products, orders } = state().counts;
  return [
    `WooCommerce sandbox on ${url}: ${customers} customers, ${products} products, ${orders} orders`,
    `  consumer key     ${consumerKey}`,
    `  consumer secret  ${consumerSecret}`,
    `  curl -u ${consumerKey}:${consumerSecret} \\`,
    `    '${url}/wp-json/wc/v3/customers?per_page=2&orderby=id'`,
    'Change a customer, as somebody in the back office would:',
    `  curl -d '[2, {"first_name": "Ann"}]' '${url}/__sandbox/admin/updateCustomer'`,
  ];
}

function odooLines(odoo: OdooSandbox): string[] {
  const { url, version, database, username, password, apiKey, admin } = odoo;
  const count = (model: string) => admin.search(model, []).length;
  const counts = `${count('res.partner')} partners, ${count('product.template')} products, ${count('sale.order')} orders`;
  return [
    `Odoo ${version} sandbox on ${url}: ${counts}`,
    `  database ${database}, user ${username}, password ${password}`,
    `  API key          ${apiKey}`,
    ...(version === 18 ? jsonRpcCall(odoo) : json2Call(odoo)),
  ];
}

function json2Call({ url, database, apiKey }: OdooSandbox): string[] {
  return [
    `  curl -H 'Authorization: bearer ${apiKey}' \\`,
    `    -H 'X-Odoo-Database: ${database}' -H 'Content-Type: application/json' \\`,
    `    -d '{"domain": [["customer_rank", ">", 0]], "fields": ["name", "email"], "limit": 2}' \\`,
    `    '${url}/json/2/res.partner/search_read'`,
  ];
}

function jsonRpcCall({ url, database, uid, password }: OdooSandbox): string[] {
  const args = [database, uid, password, 'res.partner', 'search_read', [[['customer_rank', '>', 0]]], { limit: 2 }];
  const params = { service: 'object', method: 'execute_kw', args };
  return [
    `  curl -H 'Content-Type: application/json' '${url}/jsonrpc' \\`,
    `    -d '${JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params })}'`,
  ];
}

function faultLines(shop: WooCommerceSandbox, odoo: OdooSandbox): string[] {
  return [
    'Make the shop respond to every 10th request with 429, and the Odoo lose every 5th response; [] ends the faults:',
    `  curl -d '[{"kind": "too-many-requests", "every": 10, "retryAfter": 2}]' '${shop.url}${FAULT_CONTROL_PATH}'`,
    `  curl -d '[{"kind": "response-lost", "every": 5}]' '${odoo.url}${FAULT_CONTROL_PATH}'`,
    'Kinds: too-many-requests, server-error, slow, truncated, dropped, response-lost, expired-key; the shop also has',
    'duplicated, shifting, item-errors, too-large, bad-row, endless, stuck. sandbox/README.md describes each one and when it strikes.',
  ];
}
