import { createSyncClient } from '@sync-operations/client';
import { startWooCommerceSandbox } from '@sync-operations/sandbox';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { PGBOUNCER, startPooler } from '../support/pgbouncer.ts';
import { TestViewer } from '../support/stream-viewer.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';

if (!PGBOUNCER)
  console.warn('NOT TESTED: there is no PgBouncer here (Debian has it: pgbouncer), so nothing is tried through one.');

const ORG = 'org-pooled';
const CONNECTIONS = 6;
/** What another client of the pooler leaves behind. */
const FOREIGN = `SET search_path = ''; SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'SQL, DMY';
  SET row_security = on; SET app.current_org_id = 'org-other'`;

describe.runIf(PGBOUNCER)('Through a transaction pooler whose connections others have set otherwise', () => {
  it('reports, the trail, the stream, control, keys of idempotency and runs work as they do without', async () => {
    const database = await createTestDatabase();
    const pooler = await startPooler(database.superuserUrl, CONNECTIONS);
    const fixture = await RunsFixture.start({
      DATABASE_URL: pooler.url(database.sessionUrl),
      MIGRATION_DATABASE_URL: database.ownerUrl,
    });
    const shop = await startWooCommerceSandbox({ customers: 25, products: 0, orders: 0 });
    try {
      const foreign = new pg.Pool({ connectionString: pooler.url(database.sessionUrl), max: CONNECTIONS });
      const disturb = () =>
        Promise.all(Array.from({ length: CONNECTIONS }, () => foreign.query(`${FOREIGN}; SELECT pg_sleep(0.05)`)));
      await disturb();

      const client = createSyncClient({ baseUrl: fixture.service.url, token: await token(ORG) });
      const viewer = await TestViewer.open(client);
      const api = await fixture.service.request(ORG);
      const started = { sync_id: 's', entity_type: 'customer', source_system: 'shop', total_items: 50 };
      for (const _ of [1, 2])
        await api.post('/api/sync/progress').set('idempotency-key', 'start').send(started).expect(201);
      await disturb();
      const counts = Array.from({ length: 40 }, (_, i) => i + 1);
      await Promise.all(counts.map((n) => api.patch('/api/sync/progress/s').send({ processed_count: n }).expect(200)));
      expect((await api.get('/api/sync/progress/s')).body.processed_count).toBe(40);
      await viewer.sees('s', { processed_count: 40 });
      await disturb();
      await api.post('/api/sync/progress/s/pause').expect(200);
      await api.post('/api/sync/activity').send({ activity_type: 'a', status: 'failed' }).expect(201);
      expect((await api.get('/api/sync/activity')).body.items).toHaveLength(2);

      const shopId = await fixture.connectShop(ORG, shop);
      const run = await fixture.run(ORG, { source_connection_id: shopId, destination: 'records' });
      expect(run.counts).toEqual({ created: 25 });
      // Nobody else's rows came in where the organization of another transaction was left behind.
      expect((await (await fixture.service.request('org-other')).get('/api/sync/progress')).body).toEqual([]);
      expect((await fetch(`${fixture.service.url}/health/ready`)).status).toBe(200);
      viewer.close();
      await foreign.end();
    } finally {
      await fixture.close();
      await shop.stop();
      await pooler.stop();
      await database.drop();
    }
  });
});
