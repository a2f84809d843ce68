import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSyncClient } from '@sync-operations/client';
import { startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { send } from '../support/send.ts';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { TestViewer } from '../support/stream-viewer.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

/** Of the Debian package `libfaketime`, or as `TEST_FAKETIME` says; undefined where there is none. */
const FAKETIME = [
  process.env.TEST_FAKETIME ?? '',
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find((library) => library !== '' && existsSync(library));

if (!FAKETIME)
  console.warn(
    'NOT TESTED: there is no libfaketime here (Debian has it: libfaketime), so no clock of a process is set.',
  );

afterAll(cleanUp);

describe.runIf(FAKETIME)('A service whose wall clock is set while it runs', () => {
  it('reports every change, shows new viewers, keeps leases, and waits as long as a shop asks it to', async () => {
    const clock = path.join(newFolder(), 'clock');
    const set = (offset: string) => writeFile(clock, `${offset}\n`);
    await set('+0');
    const database = await createTestDatabase();
    const service = await ServiceProcess.start({
      DATABASE_URL: database.appUrl,
      SYNC_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
      LD_PRELOAD: FAKETIME as string,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    const shop = await startWooCommerceSandbox({ customers: 250, products: 0, orders: 0 });
    try {
      const apiKey = await KeyAdmin.with(database.ownerUrl, (keys) =>
        keys.create({
          kind: 'service',
          orgId: 'org-1',
          name: 'k',
          userId: null,
          scopes: ['sync:admin'],
          ttlSeconds: null,
        }),
      );
      const call = (method: string, at: string, body?: object) =>
        send(service, `/api/sync${at}`, {
          ...{ method, 'x-api-key': apiKey },
          ...(body && { body: JSON.stringify(body) }),
        });
      const client = createSyncClient({ baseUrl: service.url, apiKey });
      await call('POST', '/progress', { sync_id: 's', entity_type: 'customer', source_system: 'shop', total_items: 9 });
      const first = await TestViewer.open(client);
      let count = 0;
      for (const offset of ['+0', '-1h', '+1h', '-10d', '+0']) {
        await set(offset);
        count += 1;
        expect((await call('PATCH', '/progress/s', { processed_count: count })).status).toBe(200);
        await first.sees('s', { processed_count: count });
        const late = await TestViewer.open(client);
        expect(late.syncs.get('s')).toMatchObject({ processed_count: count });
        late.close();
      }
      first.close();

      // A run that has to wait goes on after what the shop says, though the clock is ten minutes ahead, and then an hour behind.
      await set('+10m');
      const { body: connection } = await call('POST', '/connections', {
        ...{ name: 'shop', system: 'woocommerce', base_url: shop.url },
        credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret },
        settings: { allow_http: true, auth: 'basic' },
      });
      shop.setFaults([{ kind: 'too-many-requests', every: 2, times: 1, retryAfter: 5 }]);
      const run = {
        source_connection_id: connection.id,
        destination: 'records',
        entity_type: 'customer',
        mode: 'full',
      };
      const { body: started } = await call('POST', '/runs', run);
      await waitFor('it waits or has ended', async () => {
        const { body } = await call('GET', `/progress/${started.sync_id}`);
        return body.rate_limited_until !== null || body.completed_at !== null;
      });
      await set('-1h');
      const ended = await waitFor(
        'the run has ended',
        async () => {
          const { body } = await call('GET', `/runs/${started.sync_id}`);
          return body.progress?.completed_at ? body : undefined;
        },
        { withinMs: 45_000 },
      );
      expect([ended.progress.status, ended.counts]).toEqual(['completed', { created: 250 }]);
    } finally {
      await service.stop();
      await shop.stop();
      await database.drop();
    }
  }, 90_000);
});
