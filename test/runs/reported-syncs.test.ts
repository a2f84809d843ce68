import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let apiKey: string;
beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ orgId: 'org-1', scopes: ['sync:admin'] });
});
afterAll(() => service.close());

const call = (method: string, path: string, body?: object) =>
  send(service, path, { method, 'x-api-key': apiKey, ...(body && { body: JSON.stringify(body) }) });
const start = (sync_id: string) =>
  call('POST', '/api/sync/progress', { sync_id, entity_type: 'customer', source_system: 'x', total_items: 5 });

const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, object> };
const ofSync = Object.entries(paths).flatMap(([path, methods]) =>
  path.includes('{sync_id}') ? Object.keys(methods).map((method) => [method.toUpperCase(), path] as const) : [],
);

const bodyFor = (method: string, path: string) => {
  if (path.endsWith('/fail')) return { error_message: 'x' };
  if (path.endsWith('/refuse')) return { reason: 'x' };
  return method === 'GET' ? undefined : {};
};

describe('A sync that another service reports is not "no sync": it', () => {
  it.each(ofSync)('is denied by no call that names it: %s %s', async (method, path) => {
    const id = `e-${method}-${path.split('/').at(-1)}`;
    await start(id);
    const body = bodyFor(method, path);
    const { status, text } = await call(method, path.replace('{sync_id}', encodeURIComponent(id)), body);
    expect(text).not.toMatch(/There is no sync/);
    if (status >= 400) expect(text).toMatch(/reported by another service/);
    expect((await call('GET', `/api/sync/progress/${encodeURIComponent(id)}`)).status).toBe(200);
  });

  it('has no run to show or to repeat, which the refusals say', async () => {
    await start('e1');
    const shown = await call('GET', '/api/sync/runs/e1');
    expect(shown).toMatchObject({ status: 404, problem: 'not-found' });
    const repeated = await call('POST', '/api/sync/progress/e1/retry-failed');
    expect(repeated).toMatchObject({ status: 409, problem: 'conflict' });
    for (const { detail } of [shown, repeated])
      expect(detail).toMatch(/^The sync "e1" is reported by another service, so there is no run to show or to repeat/);
  });

  it('is told from one that does not exist', async () => {
    for (const [method, path] of ofSync) {
      const body = bodyFor(method, path);
      const refused = await call(method, path.replace('{sync_id}', 'none'), body);
      expect([path, refused.status, refused.detail]).toEqual([
        path,
        404,
        'There is no sync "none" in your organization.',
      ]);
    }
  });
});
