import {
  type OdooSandbox,
  type OdooSandboxOptions,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
  type WooCommerceSandboxOptions,
} from '@sync-operations/sandbox';
import { odooWrites, type RecordedWrite, startRecordingProxy } from './recording.proxy.ts';
import type { RunsFixture } from './runs.support.ts';

/** A sandbox shop and a sandbox Odoo of one organization, and the runs between them. */
export interface TwoSystems {
  readonly shop: WooCommerceSandbox;
  readonly odoo: OdooSandbox;
  readonly shopId: string;
  readonly odooId: string;
  /** The members of a run's body that say from where to where. */
  readonly there: (entity_type: string) => SourceDestinationCheck;
  readonly back: (entity_type: string) => SourceDestinationCheck;
  /** What was written to each since the last call, as it was sent. */
  readonly sent: () => { readonly odoo: ReturnType<typeof odooWrites>; readonly shop: readonly RecordedWrite[] };
}

export interface SourceDestinationCheck {
  readonly source_connection_id: string;
  readonly destination: { readonly connection_id: string };
  readonly entity_type: string;
}

export interface TwoSystemsOptions {
  readonly shop: WooCommerceSandboxOptions;
  readonly odoo: OdooSandboxOptions;
  /** Of the connections. */
  readonly shopSettings?: object;
  readonly odooSettings?: object;
  /** Keep what is written, for `sent`. Faults of the network do not come through then. */
  readonly recorded?: boolean;
}

export async function withSystems(
  fixture: RunsFixture,
  orgId: string,
  options: TwoSystemsOptions,
  work: (systems: TwoSystems) => Promise<void>,
): Promise<void> {
  const [shop, odoo] = await Promise.all([
    startWooCommerceSandbox({ badRate: 0, customers: 0, products: 0, orders: 0, ...options.shop }),
    startOdooSandbox({ partners: 0, products: 0, orders: 0, ...options.odoo }),
  ]);
  const proxies = options.recorded ? await Promise.all([shop.url, odoo.url].map(startRecordingProxy)) : [];
  const [toShop, toOdoo] = proxies;
  try {
    const shopSettings = { home_url: shop.url, ...options.shopSettings };
    const shopId = await fixture.connectShop(orgId, { ...shop, url: toShop?.url ?? shop.url }, shopSettings);
    const odooId = await fixture.connectOdoo(orgId, { ...odoo, url: toOdoo?.url ?? odoo.url }, options.odooSettings);
    const ends = (source: string, destination: string) => (entity_type: string) => ({
      source_connection_id: source,
      destination: { connection_id: destination },
      entity_type,
    });
    const sent = () => ({ odoo: odooWrites(toOdoo?.takeWrites() ?? []), shop: toShop?.takeWrites() ?? [] });
    await work({ shop, odoo, shopId, odooId, there: ends(shopId, odooId), back: ends(odooId, shopId), sent });
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await Promise.all([shop.stop(), odoo.stop()]);
  }
}
