import { createSyncClient } from '@sync-operations/client';
import { describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { TestViewer } from '../support/stream-viewer.ts';
import { createTestDatabase, sql } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';

/** What a provider, a restore or another client of the pooler may have set for the role: each was seen or could break an answer. */
const SETTINGS: [string, string][] = [
  ['search_path', `''`],
  ['search_path', `'app, auth'`],
  ['datestyle', `'SQL, DMY'`],
  ['timezone', `'Asia/Kolkata'`],
  ['intervalstyle', `'iso_8601'`],
  ['extra_float_digits', '-15'],
  ['bytea_output', `'escape'`],
  ['row_security', 'off'],
  ['default_transaction_isolation', `'serializable'`],
];

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/;

describe("The database's DateStyle and TimeZone change no answer: a role whose sessions begin otherwise", () => {
  it.each(SETTINGS)('changes no answer: %s = %s', async (name, value) => {
    const database = await createTestDatabase();
    // Of this database alone, and above what the role and the database set.
    await sql(
      database.superuserUrl,
      `ALTER ROLE sync_app IN DATABASE ${new URL(database.appUrl).pathname.slice(1)} SET ${name} = ${value}`,
    );
    const service = await startTestService({
      DATABASE_URL: database.appUrl,
      MIGRATION_DATABASE_URL: database.ownerUrl,
    });
    try {
      const api = await service.request('org-1');
      const started = { sync_id: 's', entity_type: 'customer', source_system: 'shop', total_items: 3 };
      await api.post('/api/sync/progress').send(started).expect(201);
      await api.patch('/api/sync/progress/s').send({ processed_count: 1 }).expect(200);
      const apiKey = await KeyAdmin.with(database.ownerUrl, (keys) =>
        keys.create({
          kind: 'service',
          orgId: 'org-1',
          name: 'k',
          userId: null,
          scopes: ['sync:write'],
          ttlSeconds: 600,
        }),
      );
      const viewer = await TestViewer.open(createSyncClient({ baseUrl: service.url, apiKey }));
      const snapshot = viewer.events[0]?.data as { at: string; syncs: { updated_at: string }[] };
      expect([snapshot.at, snapshot.syncs[0]?.updated_at]).toEqual([
        expect.stringMatching(UTC),
        expect.stringMatching(UTC),
      ]);
      for (const activity_type of ['a', 'b'])
        await api
          .post('/api/sync/activity')
          .set('idempotency-key', activity_type)
          .send({ activity_type, status: 'failed' })
          .expect(201);
      const page = (await api.get('/api/sync/activity?limit=1').expect(200)).body;
      expect(page.items[0].created_at).toMatch(UTC);
      const next = await api
        .get(`/api/sync/activity?limit=1&cursor=${encodeURIComponent(page.next_cursor)}`)
        .expect(200);
      expect(next.body.items[0].activity_type).toBe('a');
      const [sync] = (await api.get('/api/sync/progress').expect(200)).body;
      expect(sync.started_at).toMatch(UTC);
      for (const path of [
        'connections',
        'runs',
        'previews',
        'usage',
        'whoami',
        'progress/s',
        'progress/s/items',
        'activity/errors',
      ])
        expect({ path, status: (await api.get(`/api/sync/${path}`)).status }).toMatchObject({ status: 200 });
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      viewer.close();
    } finally {
      await service.close();
      await database.drop();
    }
  });
});
