import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import type { EntityType } from '../../../src/connectors/canonical/canonical.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';
import { describeConnectorContract } from '../contract/connector.contract.ts';

interface OdooSubject {
  readonly model: string;
  /** What counts as the entity by default. */
  readonly domain: readonly unknown[];
  /** Changes the record in the database. */
  change(server: OdooSandbox, id: number): void;
}

const SUBJECTS: Readonly<Record<EntityType, OdooSubject>> = {
  customer: {
    model: 'res.partner',
    domain: [['customer_rank', '>', 0]],
    change: ({ admin }, id) => admin.write('res.partner', [id], { city: 'Changed' }),
  },
  product: {
    model: 'product.template',
    domain: [['sale_ok', '=', true]],
    // Of a variant only: the template's own time of change stays.
    change: ({ admin }, id) => {
      const [variant = 0] = admin.search('product.product', [['product_tmpl_id', '=', id]]);
      admin.write('product.product', [variant], { barcode: 'changed' });
    },
  },
  order: {
    model: 'sale.order',
    domain: [],
    change: ({ admin }, id) => admin.write('sale.order', [id], { client_order_ref: 'CHANGED' }),
  },
};

for (const version of [18, 19] as const) {
  for (const [entity, { model, domain, change }] of Object.entries(SUBJECTS) as [EntityType, OdooSubject][]) {
    describeConnectorContract(`odoo ${version} (${entity})`, async () => {
      let clock = Date.now() - 60_000;
      const clients = new HttpClients({ baseWaitMs: 2, maxBackoffMs: 4, maxAttempts: 2 });
      const server = await startOdooSandbox({ version, partners: 30, products: 24, orders: 24, now: () => clock });
      const { url, database, username, apiKey } = server;
      const credentials = { database, username, api_key: apiKey };
      const ids = () => server.admin.search(model, domain);
      return {
        connector: odoo,
        entity,
        open: (http = clients.for('odoo', { allowHttp: true, allowPrivateAddresses: true })) =>
          odoo.open({ connection: { id: 'c', base_url: url, credentials, settings: {} }, http }),
        expectedIds: () => ids().map(String),
        change: () => {
          clock += 5_000;
          const id = ids()[9] ?? 0;
          change(server, id);
          clock += 5_000;
          return String(id);
        },
        close: async () => {
          await Promise.all([server.stop(), clients.close()]);
        },
      };
    });
  }
}
