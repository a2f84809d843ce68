import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

/** So that a run of some pages is struck, whenever that is. */
const SLOW_MS = 1_200;
/** With a lease to expire, retries after 30 s, and a machine that is busy. */
const ENDED_WITHIN_MS = 150_000;

/** A full sync from a shop into an Odoo, which are sandboxes and see what is written twice. */
export class ServiceRun {
  private readonly syncId: string;
  private readonly adminUrl: string;
  private readonly customers: number;
  private readonly shop: WooCommerceSandbox;
  private readonly odoo: OdooSandbox;

  private constructor(
    syncId: string,
    adminUrl: string,
    customers: number,
    shop: WooCommerceSandbox,
    odoo: OdooSandbox,
  ) {
    this.syncId = syncId;
    this.adminUrl = adminUrl;
    this.customers = customers;
    this.shop = shop;
    this.odoo = odoo;
  }

  static async start(
    send: (path: string, body: object) => Promise<{ id: string; sync_id: string }>,
    adminUrl: string,
    customers: number,
  ): Promise<ServiceRun> {
    const [shop, odoo] = await Promise.all([
      startWooCommerceSandbox({ customers, badRate: 0, products: 0, orders: 0 }),
      startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
    ]);
    shop.setFaults([{ kind: 'slow', ms: SLOW_MS }]);
    const settings = { allow_http: true };
    const from = await send('/connections', {
      ...{ name: 'shop', system: 'woocommerce', base_url: shop.url, settings },
      credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret },
    });
    const to = await send('/connections', {
      ...{ name: 'odoo', system: 'odoo', base_url: odoo.url, settings },
      credentials: { database: odoo.database, username: odoo.username, api_key: odoo.apiKey },
    });
    const run = await send('/runs', {
      ...{ source_connection_id: from.id, destination: { connection_id: to.id } },
      ...{ entity_type: 'customer', mode: 'full' },
    });
    return new ServiceRun(run.sync_id, adminUrl, customers, shop, odoo);
  }

  async progress(): Promise<{ processed: number; status: string; hasEnded: boolean; worker: number | undefined }> {
    const [row] = await sql<{ processed: number; status: string; ended: boolean; leased_by: string | null }>(
      this.adminUrl,
      `SELECT s.processed_count AS processed, s.status, s.completed_at IS NOT NULL AS ended, r.leased_by
         FROM public.sync_progress AS s JOIN public.sync_runs AS r USING (org_id, sync_id) WHERE s.sync_id = $1`,
      [this.syncId],
    );
    if (!row) throw new Error('the run is gone');
    const worker = row.leased_by ? Number(row.leased_by.split(':').at(-1)) : undefined;
    return { processed: row.processed, status: row.status, hasEnded: row.ended, worker };
  }

  /** When it has ended: what is missing at the destination, and what is there twice. */
  async finish(): Promise<{ lost: number; duplicated: number; remarks: string[] }> {
    this.shop.setFaults([]);
    const end = await waitFor(
      'the run has ended',
      async () => {
        const now = await this.progress();
        return now.hasEnded && now;
      },
      { withinMs: ENDED_WITHIN_MS },
    ).catch(() => this.progress());
    const [bound] = await sql<{ there: number }>(
      this.adminUrl,
      'SELECT count(DISTINCT id_b)::int AS there FROM public.sync_bindings',
    );
    const partners = this.odoo.admin.search('res.partner', [['customer_rank', '>', 0]]).length;
    return {
      lost: this.customers - (bound?.there ?? 0),
      duplicated: Math.max(0, partners - this.customers),
      remarks:
        end.status === 'completed' ? [] : [`the run is ${end.status} with ${end.processed} of ${this.customers}`],
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.shop.stop(), this.odoo.stop()]);
  }
}
