import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createSyncProgressStore, type StoreOptions } from '#react-sources/live/progress.store';
import { aSync } from '#react-sources/live/sync.fixture';
import type { SyncProgress } from '#react-sources/live/sync.types';
import { waitFor } from '../../support/wait-for.ts';
import { beginStream, sendEvent, sendJson, startFakeService } from './fake.service.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const STREAM = '/api/sync/progress/stream?orgId=org-1';
const at = () => new Date().toISOString();

/** A service whose streams begin with one sync; `open` are those that are connected now. */
async function serveStreams() {
  const open = new Set<ServerResponse>();
  let opened = 0;
  const service = await startFakeService((path, response) => {
    if (path !== STREAM) return sendJson(response, 500, {});
    opened += 1;
    open.add(response);
    response.on('close', () => open.delete(response));
    beginStream(response);
    sendEvent(response, 'snapshot', { at: at(), syncs: [aSync()] });
  });
  cleanUps.push(service.close);
  const send = (event: string, data: unknown) => {
    for (const response of open) sendEvent(response, event, data);
  };
  return { ...service, open, send, opened: () => opened };
}

/** A store as a tab has it; Node has the locks and channels of browsers. */
function tab(baseUrl: string, options: Partial<StoreOptions> = {}) {
  const store = createSyncProgressStore({ baseUrl, orgId: 'org-1', retryMs: 10, ...options });
  const close = store.subscribe(() => undefined);
  cleanUps.push(close);
  const until = (what: string, probe: (now: SyncProgress) => unknown) =>
    waitFor(what, () => probe(store.getSnapshot()), { everyMs: 5 });
  return { store, close, until, live: () => until('live', ({ state }) => state === 'live') };
}

describe('Tabs of a browser', () => {
  it('share one stream, whenever they come, and all see every change', async () => {
    const service = await serveStreams();
    const tabs = [tab(service.url), tab(service.url)];
    for (const one of tabs) await one.live();
    service.send('change', { at: at(), syncs: [aSync({ sync_id: 'second' })], gone: [] });
    for (const one of tabs) await one.until('two', ({ syncs }) => syncs.length === 2);
    const late = tab(service.url);
    await late.live();
    expect(late.store.getSnapshot().syncs).toHaveLength(2);
    service.send('change', { at: at(), syncs: [], gone: ['sync-1'] });
    for (const one of [...tabs, late]) await one.until('one', ({ syncs }) => syncs[0]?.sync_id === 'second');
    expect([service.open.size, service.opened()]).toEqual([1, 1]);
  });

  it('go on when the one with the stream closes', async () => {
    const service = await serveStreams();
    const first = tab(service.url);
    await first.live();
    const others = [tab(service.url), tab(service.url)];
    for (const one of others) await one.live();
    first.close();
    await waitFor('another has the stream', () => service.opened() === 2 && service.open.size === 1);
    service.send('change', { at: at(), syncs: [aSync({ sync_id: 'second' })], gone: [] });
    for (const one of others) await one.until('two', ({ syncs }) => syncs.length === 2);
    expect(service.open.size).toBe(1);
  });

  it('are all told that the sign-in has ended, and none asks again', async () => {
    const service = await serveStreams();
    const tabs = [tab(service.url), tab(service.url), tab(service.url)];
    for (const one of tabs) await one.live();
    service.send('end', { reason: 'revoked' });
    for (const one of tabs)
      await one.until('signed out', ({ state, syncs }) => state === 'signed-out' && !syncs.length);
  });

  it('connect again together after a loss', async () => {
    const service = await serveStreams();
    const tabs = [tab(service.url), tab(service.url), tab(service.url)];
    for (const one of tabs) await one.live();
    for (const response of service.open) response.destroy();
    await waitFor('a stream', () => service.opened() > 1 && service.open.size === 1);
    for (const one of tabs) await one.live();
    service.send('change', { at: at(), syncs: [aSync({ sync_id: 'second' })], gone: [] });
    for (const one of tabs) await one.until('two', ({ syncs }) => syncs.length === 2);
    expect(service.open.size).toBe(1);
  });

  it('take the stream from one that says nothing', async () => {
    const service = await serveStreams();
    let thaw: (() => void) | undefined;
    const frozen = navigator.locks.request(
      `sync-operations ${service.url}${STREAM}`,
      () =>
        new Promise<void>((resolve) => {
          thaw = resolve;
        }),
    );
    frozen.catch(() => undefined);
    const waiting = tab(service.url, { silenceMs: 100 });
    await waiting.live();
    thaw?.();
    await expect(frozen).rejects.toThrow();
  });

  it('have streams of their own with tokens, which may not see the same', async () => {
    const service = await serveStreams();
    const tabs = [tab(service.url, { token: 'a' }), tab(service.url, { token: 'b' }), tab(service.url)];
    for (const one of tabs) await one.live();
    expect(service.open.size).toBe(3);
  });
});

describe('A page without locks', () => {
  it('has a stream of its own', async () => {
    const { navigator } = globalThis;
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { userAgent: 'x' } });
    cleanUps.push(() => Object.defineProperty(globalThis, 'navigator', { configurable: true, value: navigator }));
    const service = await serveStreams();
    const tabs = [tab(service.url), tab(service.url)];
    for (const one of tabs) await one.live();
    expect(service.open.size).toBe(2);
  });
});
