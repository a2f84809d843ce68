import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '3', SYNC_ORG_CONCURRENCY: '2' });
});
afterAll(() => fixture.close());

const ORG = 'org-pauses';

const call = async (path: string, orgId = ORG) => fixture.call(orgId, 'POST', `/connections/${path}`);
const statusOf = async (syncId: string) => (await fixture.call(ORG, 'GET', `/progress/${syncId}`)).body.status;
const become = (syncId: string, status: string) =>
  waitFor(`${syncId} is ${status}`, async () => (await statusOf(syncId)) === status);

it('A paused connection stops what runs, lets nothing begin, and goes on with all of it when it is resumed', async () => {
  const shop = await fixture.connect(ORG, 'shop');
  const other = await fixture.connect(ORG, 'other');
  const erp = await fixture.connect(ORG, 'erp');
  shop.system.fill(250);
  other.system.fill(5);
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    shop.system.hooks.beforeRead = (reads) => {
      if (reads < 2) return undefined;
      resolve();
      return opened;
    };
  });
  const there = { destination: { connection_id: erp.id } };
  const running = await fixture.start(ORG, { source_connection_id: shop.id, ...there });
  await reached;

  const { body } = await call(`${shop.id}/pause`);
  expect(body).toEqual({ connection_id: shop.id, paused: true, sync_ids: [running.sync_id] });
  expect((await call(`${shop.id}/pause`)).body).toEqual({ connection_id: shop.id, paused: true, sync_ids: [] });
  open();
  await become(running.sync_id, 'paused');
  const { body: connection } = await fixture.call(ORG, 'GET', `/connections/${shop.id}`);
  expect(connection).toMatchObject({ paused_at: expect.any(String), paused_by: expect.any(String) });

  // Another connection's runs do not wait.
  expect((await fixture.run(ORG, { source_connection_id: other.id })).progress.status).toBe('completed');

  const { body: resumed } = await call(`${shop.id}/resume`);
  expect(resumed).toEqual({ connection_id: shop.id, paused: false, sync_ids: [running.sync_id] });
  await become(running.sync_id, 'completed');
  const { body: trail } = await fixture.call(ORG, 'GET', '/activity?limit=100');
  const types = trail.items.map(({ activity_type }: { activity_type: string }) => activity_type);
  expect(types.filter((type: string) => type.startsWith('connection_'))).toEqual(
    expect.arrayContaining(['connection_paused', 'connection_resumed']),
  );
});

it('A run between two paused connections goes on when both are resumed', async () => {
  const a = await fixture.connect(ORG, 'a');
  const b = await fixture.connect(ORG, 'b');
  a.system.fill(5);
  await call(`${a.id}/pause`);
  await call(`${b.id}/pause`);
  const run = await fixture.start(ORG, { source_connection_id: a.id, destination: { connection_id: b.id } });
  await call(`${a.id}/resume`);
  const other = await fixture.run(ORG, { source_connection_id: a.id });
  expect(other.progress.status).toBe('completed');
  expect(await statusOf(run.sync_id)).toBe('queued');
  await call(`${b.id}/resume`);
  await become(run.sync_id, 'completed');
});

it('Another organization cannot pause or resume it', async () => {
  const { id } = await fixture.connect(ORG, 'c');
  for (const action of ['pause', 'resume']) expect((await call(`${id}/${action}`, 'org-other')).status).toBe(404);
  expect((await fixture.call(ORG, 'GET', `/connections/${id}`)).body.paused_at).toBeNull();
});
