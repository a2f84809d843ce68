import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let apiKey: string;
beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ orgId: 'org-1', scopes: ['sync:admin'] });
});
afterAll(() => service.close());

const start = (sync_id: string) =>
  send(service, '/api/sync/progress', {
    method: 'POST',
    'x-api-key': apiKey,
    body: JSON.stringify({ sync_id, entity_type: 'order', source_system: 'x' }),
  });

const PREFIX = '/api/sync/progress/';
const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, unknown> };
/** What stands where a path has the id of a sync. */
const hidden = Object.keys(paths)
  .filter((path) => path.startsWith(PREFIX))
  .map((path) => path.slice(PREFIX.length).split('/')[0] as string)
  .filter((segment) => !segment.startsWith('{'));

describe('A sync id that no path leads to', () => {
  // The last two are removed from an address by whoever sends it, encoded or not.
  it.each([...new Set(hidden), '.', '..'])('is refused when the sync is started: %s', async (id) => {
    const refused = await start(id);
    expect(refused).toMatchObject({ status: 422, problem: 'invalid-request' });
    expect(refused.body.errors).toEqual([
      { pointer: '#/sync_id', detail: expect.stringMatching(/^must not be one of slow, stream, \., \.\.: /) },
    ]);
  });

  it.each([...new Set(hidden), '.', '..'])('is refused to plain SQL, too: %s', async (id) => {
    const insert = sql(
      service.database.appUrl,
      `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system) VALUES ('org-1', $1, 'order', 'x')`,
      [id],
      'org-1',
    );
    await expect(insert).rejects.toMatchObject({ code: '23514', constraint: 'sync_progress_sync_id_has_address' });
  });
});

describe('Any other sync id', () => {
  it.each([
    ...['Slow', 'slow ', 'stream2', '...', '.a', 'a/complete', 'slow/items', '%2e', '?', '#', 'a b', '\\', ';x', '&=+'],
    ...['漢'.repeat(200), '😀'.repeat(100), `${'x'.repeat(199)}%`, '%'.repeat(200)],
  ])('leads to its sync: %s', async (id) => {
    const started = await start(id);
    expect(started.status).toBe(201);
    for (const path of [`${PREFIX}${encodeURIComponent(id)}`, started.headers.location as string]) {
      const found = await send(service, path, { 'x-api-key': apiKey });
      expect([found.status, found.body.sync_id]).toEqual([200, id]);
    }
    const completed = await send(service, `${PREFIX}${encodeURIComponent(id)}/complete`, {
      ...{ method: 'POST', 'x-api-key': apiKey },
      body: '{}',
    });
    expect([completed.status, completed.body.sync_id]).toEqual([200, id]);
  });
});
