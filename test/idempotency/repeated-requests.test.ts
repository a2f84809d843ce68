import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let apiKey: string;
beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ orgId: 'org-1', scopes: ['sync:admin'] });
});
afterAll(() => service.close());

const post = (path: string, key: string, body: string, headers: Record<string, string> = {}) =>
  send(service, path, { method: 'POST', 'x-api-key': apiKey, 'idempotency-key': key, ...headers, body });

it('A retry with its members in another order is the same request', async () => {
  const path = '/api/sync/activity';
  const first = await post(path, 'k1', '{"activity_type":"a","status":"failed","details":{"x":1,"y":[1,2]}}');
  expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined]);
  for (const [to, body] of [
    [path, '{"details":{"y":[1,2],"x":1},"status":"failed","activity_type":"a"}'],
    [`${path}?orgId=org-1`, '{ "activity_type": "a", "status": "failed", "details": {"x": 1.0, "y": [1, 2]} }'],
    ['/api/sync/%61ctivity', '{"status":"failed","activity_type":"\\u0061","details":{"x":1,"y":[1,2]}}'],
  ] as const) {
    const again = await post(to, 'k1', body, { 'x-org-id': 'org-1' });
    expect([again.status, again.headers['idempotency-replayed'], again.body.id]).toEqual([201, 'true', first.body.id]);
  }
  for (const body of [
    '{"activity_type":"b","status":"failed","details":{"x":1,"y":[1,2]}}',
    '{"activity_type":"a","status":"failed","details":{"x":"1","y":[1,2]}}',
    '{"activity_type":"a","status":"failed","details":{"x":1,"y":[2,1]}}',
  ])
    expect(await post(path, 'k1', body)).toMatchObject({ status: 422, problem: 'idempotency-key-reused' });
  const { body } = await send(service, path, { 'x-api-key': apiKey });
  expect(body.items).toHaveLength(1);
});

it('A retry for another sync is another request, however its path is written', async () => {
  for (const sync_id of ['sync a', 'sync b'])
    await post(
      '/api/sync/progress',
      encodeURIComponent(sync_id),
      JSON.stringify({ sync_id, entity_type: 'order', source_system: 'x' }),
    );
  const complete = (name: string) => post(`/api/sync/progress/${name}/complete`, 'k2', '{"processed_count":0}');
  const first = await complete('sync%20a');
  expect(first.status).toBe(200);
  const again = await complete('%73ync%20a');
  expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
  expect(await complete('sync%20b')).toMatchObject({ status: 422, problem: 'idempotency-key-reused' });
});
