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
const LIST = '/api/sync/progress?orgId=org-1';
const POLL_MS = 20;
const at = () => new Date().toISOString();

async function serve(respond: Parameters<typeof startFakeService>[0]) {
  const service = await startFakeService(respond);
  cleanUps.push(service.close);
  return service;
}

/** A subscribed store that is in a hurry, and all the states it went through. */
function watch(baseUrl: string, options: Partial<StoreOptions> = {}) {
  const store = createSyncProgressStore({ baseUrl, orgId: 'org-1', retryMs: 10, fallbackPollMs: POLL_MS, ...options });
  const states: string[] = [];
  const unsubscribe = store.subscribe(() => {
    const { state } = store.getSnapshot();
    if (states.at(-1) !== state) states.push(state);
  });
  cleanUps.push(unsubscribe);
  const until = (what: string, probe: (now: SyncProgress) => unknown) =>
    waitFor(what, () => probe(store.getSnapshot()), { everyMs: 5 });
  return { store, states, until, unsubscribe };
}

/** A service whose stream works; `streams` are the connections that were opened. */
async function serveStream(first: (response: ServerResponse, nth: number) => void) {
  const streams: ServerResponse[] = [];
  const service = await serve((path, response) => {
    if (path !== STREAM) return sendJson(response, 500, {});
    beginStream(response);
    streams.push(response);
    first(response, streams.length);
  });
  return { ...service, streams };
}

describe('over the stream', () => {
  it('shows the snapshot, then each change, and lets go what is gone', async () => {
    const { url, streams } = await serveStream((response) =>
      sendEvent(response, 'snapshot', { at: at(), syncs: [aSync()] }),
    );
    const { until, store } = watch(url);
    await until('live', ({ state }) => state === 'live');
    expect(store.getSnapshot().syncs).toEqual([aSync()]);
    const changed = aSync({ processed_count: 500, updated_at: '2026-11-22T14:01:30.000000+00:00' });
    sendEvent(streams[0] as ServerResponse, 'change', {
      at: at(),
      syncs: [changed, aSync({ sync_id: 'other' })],
      gone: [],
    });
    await until('both', ({ syncs }) => syncs.length === 2);
    expect(store.getSnapshot().history('sync-1')).toEqual([500]);
    sendEvent(streams[0] as ServerResponse, 'change', { at: at(), syncs: [], gone: ['sync-1'] });
    await until('one', ({ syncs }) => syncs.length === 1 && syncs[0]?.sync_id === 'other');
  });

  it('knows the clock of the service', async () => {
    const { url } = await serveStream((response) =>
      sendEvent(response, 'snapshot', { at: new Date(Date.now() + 3_600_000).toISOString(), syncs: [] }),
    );
    const { until, store } = watch(url);
    await until('live', ({ state }) => state === 'live');
    expect(Math.abs(store.getSnapshot().serverOffsetMs - 3_600_000)).toBeLessThan(5_000);
  });

  it('replaces everything by a fresh snapshot after the service restarted', async () => {
    const { url, streams } = await serveStream((response, nth) => {
      sendEvent(response, 'snapshot', { at: at(), syncs: [aSync({ sync_id: `of-${nth}` })] });
    });
    const { until, states } = watch(url);
    await until('the first', ({ syncs }) => syncs[0]?.sync_id === 'of-1');
    sendEvent(streams[0] as ServerResponse, 'end', { reason: 'restarting' });
    await until(
      'the second',
      ({ syncs, state }) => state === 'live' && syncs.length === 1 && syncs[0]?.sync_id === 'of-2',
    );
    expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live']);
  });

  it('connects again when the connection breaks, and when nothing at all arrives', async () => {
    const { url, streams } = await serveStream((response) => sendEvent(response, 'snapshot', { at: at(), syncs: [] }));
    const { until } = watch(url, { silenceMs: 200 });
    await until('live', ({ state }) => state === 'live');
    streams[0]?.destroy();
    await waitFor('after the break', () => streams.length === 2);
    await waitFor('after the silence', () => streams.length === 3);
  });

  it('A service that stands still is seen within five seconds, and no longer from the first comment on', async () => {
    const { url, streams } = await serveStream((response) =>
      sendEvent(response, 'snapshot', { at: at(), syncs: [aSync()] }),
    );
    const { until, store } = watch(url, { quietMs: 50 });
    const seen: boolean[] = [];
    cleanUps.push(
      store.subscribe(() => {
        const { isStale } = store.getSnapshot();
        if (seen.at(-1) !== isStale) seen.push(isStale);
      }),
    );
    await until('stale', ({ state, isStale }) => state === 'live' && isStale);
    (streams[0] as ServerResponse).write(': keep-alive\n\n');
    await until('fresh, then stale again', () => seen.slice(seen.indexOf(true)).join() === 'true,false,true');
  });

  it('treats a comment as a sign of life', async () => {
    let comments = 0;
    const { url, streams } = await serveStream((response) => {
      sendEvent(response, 'snapshot', { at: at(), syncs: [] });
      const timer = setInterval(() => {
        response.write(': keep-alive\n\n');
        comments += 1;
      }, 50);
      cleanUps.push(() => clearInterval(timer));
    });
    const { states } = watch(url, { silenceMs: 400 });
    // Three times as long as the silence that would be death.
    await waitFor('24 comments', () => comments >= 24);
    expect({ connections: streams.length, states }).toEqual({ connections: 1, states: ['connecting', 'live'] });
  });

  it.each(['expired', 'revoked'] as const)('stops and shows nothing more when the sign-in was %s', async (reason) => {
    const { url, streams, requests } = await serveStream((response) =>
      sendEvent(response, 'snapshot', { at: at(), syncs: [aSync()] }),
    );
    const { until, store } = watch(url, { token: 'a-token' });
    await until('live', ({ state }) => state === 'live');
    sendEvent(streams[0] as ServerResponse, 'end', { reason });
    await until('signed out', ({ state }) => state === 'signed-out');
    expect(store.getSnapshot()).toMatchObject({ syncs: [], error: { message: expect.stringContaining(reason) } });
    expect(requests).toEqual([{ path: STREAM, authorization: 'Bearer a-token' }]);
    store.setToken('another');
    await until('live again', ({ state }) => state === 'live');
    expect(requests.at(-1)).toEqual({ path: STREAM, authorization: 'Bearer another' });
  });

  it('continues with a fresh token when the old one expired and a function returns tokens', async () => {
    const { url, streams, requests } = await serveStream((response) =>
      sendEvent(response, 'snapshot', { at: at(), syncs: [] }),
    );
    let made = 0;
    const { until, states } = watch(url, { token: async () => `token-${++made}` });
    await until('live', ({ state }) => state === 'live');
    sendEvent(streams[0] as ServerResponse, 'end', { reason: 'expired' });
    await waitFor('connected again', () => streams.length === 2);
    await until('live again', ({ state }) => state === 'live');
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(states).not.toContain('signed-out');
  });

  it('is one connection for all who subscribe, and none when nobody does', async () => {
    const { url, streams } = await serveStream((response) =>
      sendEvent(response, 'snapshot', { at: at(), syncs: [aSync()] }),
    );
    const { store, until, unsubscribe } = watch(url);
    const second = store.subscribe(() => undefined);
    await until('live', ({ state }) => state === 'live');
    unsubscribe();
    // React's StrictMode leaves and comes back at once.
    second();
    const third = store.subscribe(() => undefined);
    await until('still live', ({ state }) => state === 'live');
    expect(streams).toHaveLength(1);
    const closed = new Promise((resolve) => streams[0]?.once('close', resolve));
    third();
    await closed;
    expect(store.getSnapshot()).toMatchObject({ syncs: [], loaded: false });
  });
});

describe('when it is refused', () => {
  it.each([
    [401, 'signed-out'],
    [403, 'error'],
  ])('stops at %i with what the service says', async (status, state) => {
    const { url, requests } = await serve((_path, response) => sendJson(response, status, { detail: 'Not you.' }));
    const { until, store } = watch(url);
    await until(state, (now) => now.state === state);
    expect(store.getSnapshot().error).toEqual({ status, message: 'Not you.' });
    expect(requests).toHaveLength(1);
    store.retry();
    await waitFor('asked again', () => requests.length === 2);
  });
});

describe('without a stream', () => {
  const streamless = async (status: number) => {
    let active = [aSync()];
    let works = false;
    const ended = aSync({ status: 'failed', completed_at: at() });
    const service = await serve((path, response) => {
      if (path === STREAM && works) {
        beginStream(response);
        sendEvent(response, 'snapshot', { at: at(), syncs: [] });
      } else if (path === STREAM) sendJson(response, status, {});
      else if (path === LIST) sendJson(response, 200, active);
      else sendJson(response, 200, ended);
    });
    return {
      ...service,
      end: () => {
        active = [];
      },
      mend: () => {
        works = true;
      },
    };
  };

  it.each([404, 405, 503, 200])('polls when the stream responds with %i', async (status) => {
    const { url, requests } = await streamless(status);
    const { until } = watch(url);
    await until('polling', ({ state, syncs }) => state === 'polling' && syncs.length === 1);
    await waitFor('asked again and again', () => requests.filter(({ path }) => path === LIST).length > 3);
  });

  it('keeps a sync that has just ended, with how it ended', async () => {
    const { url, end } = await streamless(404);
    const { until, store } = watch(url);
    await until('polling', ({ syncs }) => syncs.length === 1);
    end();
    await until('ended', ({ syncs }) => syncs[0]?.status === 'failed');
    expect(store.getSnapshot().state).toBe('polling');
  });

  it('returns to the stream when there is one, and polls no more', async () => {
    const { url, requests, mend } = await streamless(503);
    const { until, states } = watch(url);
    await until('polling', ({ state }) => state === 'polling');
    mend();
    await until('live', ({ state }) => state === 'live');
    const polls = () => requests.filter(({ path }) => path === LIST).length;
    const before = polls();
    const since = Date.now();
    await waitFor('there was time for ten polls', () => Date.now() - since > 10 * POLL_MS);
    // One may have been on its way.
    expect(polls()).toBeLessThanOrEqual(before + 1);
    expect(states.at(-1)).toBe('live');
  });

  it('says that it tries again while the service does not respond, and recovers', async () => {
    let broken = true;
    const { url } = await serve((path, response) => {
      if (broken) response.destroy();
      else if (path === LIST) sendJson(response, 200, [aSync()]);
      else sendJson(response, 404, {});
    });
    const { until } = watch(url);
    await until('reconnecting', ({ state }) => state === 'reconnecting');
    broken = false;
    await until('recovered', ({ state, syncs }) => state === 'polling' && syncs.length === 1);
  });
});
