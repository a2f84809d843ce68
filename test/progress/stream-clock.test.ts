import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { StreamFixture, started } from './stream.support.ts';

let fixture: StreamFixture;
const realNow = Date.now;

beforeAll(async () => {
  fixture = await StreamFixture.start();
});
afterEach(() => {
  vi.useRealTimers();
  fixture.closeViewers();
});
afterAll(() => fixture.close());

/** Sets the wall clock of the service; its timers go on. */
const setClock = (aheadMs: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: realNow() + aheadMs });
};

const HOUR_MS = 3_600_000;

it.each([
  ['back an hour', -HOUR_MS],
  ['forward an hour', HOUR_MS],
])('A clock that steps back silences no stream, neither an open one nor a new one: set %s', async (_, aheadMs) => {
  const org = fixture.newOrg();
  // Without an expiry that a clock an hour ahead would have reached.
  const client = await fixture.client(org, { exp: '1d' });
  await started(client, 'one');
  const viewer = await fixture.watch(client, org);
  const told = (processed_count: number) => viewer.sees('one', { processed_count });
  const report = (count: number) =>
    fixture.sql(org, 'UPDATE public.sync_progress SET processed_count = $1 WHERE sync_id = $2', [count, 'one']);
  await report(1);
  await told(1);
  setClock(aheadMs);
  for (const count of [2, 3]) {
    await report(count);
    await told(count);
  }
  const late = await fixture.watch(client, org);
  expect(JSON.stringify(late.events[0]?.data)).toContain('"processed_count":3,');
  // The clock is right again.
  vi.useRealTimers();
  await report(4);
  await told(4);
});
