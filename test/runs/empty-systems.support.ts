import { randomUUID } from 'node:crypto';
import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import type { Json, RunsFixture } from './runs.support.ts';

type Sync = (entity: string, more?: object) => Promise<Json>;

export interface EmptySystems {
  readonly org: string;
  readonly shop: WooCommerceSandbox;
  readonly odoo: OdooSandbox;
  readonly ids: { readonly shop: string; readonly odoo: string };
  readonly sync: Sync;
  /** From a second shop. */
  readonly another: () => Promise<AnotherShop>;
}

interface AnotherShop {
  readonly shop: WooCommerceSandbox;
  readonly id: string;
  readonly sync: Sync;
  /** A new connection to it. */
  readonly again: () => Promise<Sync>;
}

// An incremental sync leaves changes of the second in which it begins to the next sync, so the changes here are dated earlier.
const EMPTY = { badRate: 0, customers: 0, products: 0, orders: 0, now: () => Date.now() - 2_000 };

/** An empty shop and an empty Odoo of a fresh organization. */
export async function withEmpty(
  fixture: RunsFixture,
  work: (systems: EmptySystems) => Promise<void>,
  odooSettings: object = {},
): Promise<void> {
  const org = `org-${randomUUID()}`;
  const shop = await startWooCommerceSandbox(EMPTY);
  const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
  const started: { stop(): Promise<void> }[] = [shop, odoo];
  try {
    const ids = {
      shop: await fixture.connectShop(org, shop),
      odoo: await fixture.connectOdoo(org, odoo, odooSettings),
    };
    const syncFrom =
      (source_connection_id: string): Sync =>
      (entity_type, more = {}) =>
        fixture.run(org, { source_connection_id, destination: { connection_id: ids.odoo }, entity_type, ...more });
    const another = async () => {
      const second = await startWooCommerceSandbox({ ...EMPTY, seed: 7 });
      started.push(second);
      const id = await fixture.connectShop(org, second);
      const again = async () => syncFrom(await fixture.connectShop(org, second));
      return { shop: second, id, sync: syncFrom(id), again };
    };
    await work({ org, shop, odoo, ids, sync: syncFrom(ids.shop), another });
  } finally {
    await Promise.all(started.map((one) => one.stop()));
  }
}

export const partnersOf = (odoo: OdooSandbox, email: string): Json[] =>
  odoo.admin.read('res.partner', odoo.admin.search('res.partner', [['email', '=ilike', email]]), ['active', 'name']);
export const templatesOf = (odoo: OdooSandbox, code: string): Json[] =>
  odoo.admin
    .read(
      'product.template',
      odoo.admin
        .search('product.product', [['default_code', '=', code]])
        .map((id) => odoo.admin.get('product.product', id, ['product_tmpl_id']).product_tmpl_id[0]),
      ['name', 'active', 'list_price'],
    )
    .map((row) => ({
      ...row,
      variant: odoo.admin.read(
        'product.product',
        odoo.admin.search('product.product', [['product_tmpl_id', '=', row.id]]),
        ['active'],
      )[0]?.active,
    }));
