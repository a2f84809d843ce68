import { randomUUID } from 'node:crypto';
import { type Client, type Run, startPreview, startRun } from '../clients/typescript/src/index.ts';
import { type OdooSandbox, startOdooSandbox } from '../sandbox/odoo/odoo-sandbox.ts';
import type { Check } from './checks.ts';
import { type Connected, connectBoth } from './connection.setup.ts';
import {
  checkApply,
  checkIncremental,
  checkPreview,
  checkSecond,
  lookFromOutside,
  partnersIn,
} from './connector.checks.ts';
import type { DemoOptions } from './demo.options.ts';
import { clientOf, SHOP_SEED, type Stage } from './demo.stage.ts';
import { seedPartners } from './partner.seed.ts';
import { readPreview } from './preview.text.ts';
import { reliably } from './reliable.call.ts';
import { followRun } from './run.follower.ts';
import { checkLines, isRight } from './summary.text.ts';
import { grouped, type Terminal } from './terminal.ts';

/** Partners of the Odoo's own, of whom the shop knows nothing. */
const OWN_PARTNERS = 200;
/** Of each answer of the Odoo, unless --fast: slow enough to watch. */
const ODOO_LATENCY_MS = 25;

export interface ConnectorOutcome {
  /** Ids of the two connections. */
  readonly shop: string;
  readonly odoo: string;
  readonly cacheKey: string;
  readonly allRight: boolean;
}

interface Scene {
  readonly api: Client;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** The second act: the service itself carries the shop's customers into an Odoo, preview first; every count is checked. */
export async function playConnectors(
  stage: Stage,
  options: DemoOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ConnectorOutcome> {
  const { say } = terminal;
  const scene = { api: clientOf(stage.service.access(), options.orgId), terminal, signal };
  say('\n2. The service itself syncs the shop into an ERP: WooCommerce → Odoo\n');

  const odoo = await startOdooSandbox({
    version: 19,
    partners: OWN_PARTNERS,
    latencyMs: options.fast ? 0 : ODOO_LATENCY_MS,
  });
  stage.cleanup.push(() => odoo.stop());
  const expected = seedPartners(odoo.admin, { ...SHOP_SEED, customers: options.customers });
  const before = partnersIn(odoo);
  say(`Sandbox Odoo 19 with ${grouped(before)} partners on ${odoo.url}`);
  const ends = await connectBoth(scene.api, stage.shop, odoo, signal);
  for (const end of [ends.shop, ends.odoo]) say(connectedLine(end));
  const pair = {
    source_connection_id: ends.shop.connection.id,
    destination: { connection_id: ends.odoo.connection.id },
  };

  say('\nPreview of a full sync of the customers. It writes nothing.\n');
  odoo.resetCalls();
  const preview = await previewOf(scene, pair);
  const { summary, lines } = await readPreview(scene.api, preview.cacheKey, preview.syncId, signal);
  say();
  for (const line of lines) say(line);
  const checks = checkPreview(summary, expected, odoo);

  say('\nApply: exactly what the preview showed.\n');
  const applied = await runOf(scene, { ...pair, mode: 'full', preview: preview.cacheKey });
  checks.push(...checkApply(applied, expected, odoo, before));

  say('\nThe same sync again, in full: nothing is left to write.\n');
  odoo.resetCalls();
  checks.push(...checkSecond(await runOf(scene, { ...pair, mode: 'full' }), expected, odoo));
  ...
}
