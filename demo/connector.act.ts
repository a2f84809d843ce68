import type { Check } from './checks.ts';
import { type Connected, connectBoth } from './connection.setup.ts';
import {
  checkApply,
  checkIncremental,
  checkPreview,
  checkReconcile,
  checkSecond,
  lookFromOutside,
  partnersIn,
} from './connector.checks.ts';
import type { DemoOptions } from './demo.options.ts';
import { clientOf, SHOP_SEED, type Stage } from './demo.stage.ts';
import { seedPartners } from './partner.seed.ts';
import { itemLines, readPreview } from './preview.text.ts';
import { ServiceRuns } from './service.runs.ts';
import { checkLine, isRight } from './summary.text.ts';
import { grouped, type Terminal } from './terminal.ts';

const NEW_PHONE = '+49 221 4711';

export interface ConnectorOutcome {
  /** Ids of the connections. */
  readonly shopConnection: string;
  readonly odooConnection: string;
  readonly cacheKey: string;
  /** The customer that was changed in the shop. */
  readonly customerId: number;
  readonly allRight: boolean;
}

/** The second act: the service itself copies the shop's customers into an Odoo, after a preview. Prints what was read back. */
export async function playConnectors(
  stage: Stage,
  options: DemoOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ConnectorOutcome> {
  const { say } = terminal;
  const api = clientOf(stage.service.access(), options.orgId);
  const another = clientOf(stage.service.access(), `${options.orgId}-b`);
  say('\n2. The service itself syncs the shop into an ERP: WooCommerce → Odoo\n');

  const { odoo } = stage;
  const expected = seedPartners(odoo.admin, { ...SHOP_SEED, customers: options.customers });
  const before = partnersIn(odoo);
  say(`  Sandbox Odoo 19 with ${grouped(before)} partners on ${odoo.url}`);
  say("  Some of them are the shop's customers: a few outdated, a few entered twice.");
  const connected = await connectBoth(api, stage.shop, odoo, signal);
  for (const one of [connected.shop, connected.odoo]) say(connectedLine(one));
  const [shopConnection, odooConnection] = [connected.shop.connection.id, connected.odoo.connection.id];
  const runs = new ServiceRuns(api, terminal, signal);
  const customers = { entity_type: 'customer', destination: { connection_id: odooConnection } } as const;
  const shopToOdoo = { ...customers, source_connection_id: shopConnection };

  say('\nPreview: what would a sync of all customers change? Nothing is written.\n');
  odoo.resetCalls();
  const preview = await runs.preview(shopConnection, { ...customers, mode: 'full' });
  const { cache_key } = preview;
  const { summary, lines } = await readPreview(api, preview, signal);
  for (const line of ['', ...lines]) say(line);
  const checks: Check[] = checkPreview(summary, expected, odoo);

  say('\nApply: the service writes exactly what the preview showed.\n');
  const applied = await runs.sync({ ...shopToOdoo, mode: 'full', preview: cache_key });
  checks.push(...checkApply(applied, expected, odoo, before));

  say('\nThe same sync again: everything is compared, and nothing is left to write.\n');
  odoo.resetCalls();
  const second = await runs.sync({ ...shopToOdoo, mode: 'full' });
  checks.push(...checkSecond(second, expected, odoo));
  for (const line of await itemLines(api, second, signal)) say(line);

  const { id, email, billing } = stage.shop.admin.updateCustomer(expected.someone, { billing: { phone: NEW_PHONE } });
  say(`\nIn the shop, ${email} now has the phone number ${billing.phone}.`);
  say('An incremental sync reads what changed since the last one, and writes only that.\n');
  odoo.resetCalls();
  const incremental = await runs.sync({ ...shopToOdoo, mode: 'incremental' });
  checks.push(...checkIncremental(incremental, { email, phone: NEW_PHONE }, odoo));

  say('\nReconcile: both ends are read afresh and compared, field by field.\n');
  odoo.resetCalls();
  const reconciled = await runs.reconcile(shopConnection, { entity_type: 'customer', with: customers.destination });
  checks.push(...checkReconcile(reconciled, expected, odoo));
  checks.push(...(await lookFromOutside(another, shopConnection, cache_key, signal)));

  say('\nRead back through the API, and in the Odoo itself:');
  for (const check of checks) say(checkLine(check));
  return { shopConnection, odooConnection, cacheKey: cache_key, customerId: id, allRight: checks.every(isRight) };
}

function connectedLine({ connection, check }: Connected): string {
  const known = [check.version && `version ${check.version}`, check.account && `user ${check.account}`].filter(Boolean);
  return `  Connected: ${[`${connection.name}, its key works`, ...known, ...check.warnings].join(', ')}`;
}
