import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

/** Of the pool's two connections and the four that may wait. */
const PLACES = 6;
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ SYNC_DB_POOL_SIZE: '2', SYNC_DB_WAITING: '4' });
});
afterAll(() => service.close());

/** A request that is under way until its socket is closed: the rest of its body never comes. */
async function begin(orgId: string): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /api/sync/activity HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token(orgId)}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"half`,
  );
  return socket;
}

const list = async (orgId: string) => {
  const { status, body, headers } = await (await service.request(orgId)).get('/api/sync/activity');
  return { status, type: body.type, retryAfter: headers['retry-after'] };
};
const OVERLOADED = { status: 503, type: 'urn:sync-operations:problem:overloaded', retryAfter: '1' };

it('An organization whose requests take all places is refused others; reports and other organizations are served, and it, too, when they end', async () => {
  const held = await Promise.all(Array.from({ length: PLACES }, () => begin('org-1')));
  await waitFor('all places are taken', async () => (await list('org-1')).status === 503);
  expect(await list('org-1')).toEqual(OVERLOADED);
  expect(await list('org-2')).toMatchObject({ status: 200 });
  const report = await (await service.request('org-1')).patch('/api/sync/progress/s').send({ processed_count: 1 });
  expect(report.status).toBe(404);

  // Who leaves before it has begun holds no place afterwards.
  const waiting = await Promise.all(Array.from({ length: PLACES }, () => begin('org-1')));
  expect(await list('org-2')).toMatchObject({ status: 200 });
  const connections = () =>
    new Promise<number>((resolve) => service.app.getHttpServer().getConnections((_error, count) => resolve(count)));
  const before = await connections();
  for (const socket of waiting) socket.destroy();
  await waitFor('they have left', async () => (await connections()) <= before - PLACES, { everyMs: 5 });
  for (const socket of held) socket.destroy();
  await waitFor('it is served again', async () => (await list('org-1')).status === 200);
  const again = await Promise.all(Array.from({ length: PLACES - 1 }, () => begin('org-1')));
  for (let round = 0; round < 5; round += 1) expect(await list('org-1')).toMatchObject({ status: 200 });
  for (const socket of again) socket.destroy();
});
