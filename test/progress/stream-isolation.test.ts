import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProgressPoller } from '../../src/progress/stream/progress.poller.ts';
import { StreamViewer } from '../../src/progress/stream/stream.viewer.ts';
import { waitFor } from '../support/wait-for.ts';
import { report, StreamFixture, started } from './stream.support.ts';

let fixture: StreamFixture;

beforeAll(async () => {
  fixture = await StreamFixture.start();
});
afterAll(async () => {
  fixture.closeViewers();
  await fixture.close();
});

/** A viewer that no check at the door has stopped: of an organization whose name the database cannot take. */
function watchUnreadable(orgId: string): { close(): void } {
  const poller = fixture.service.app.get(ProgressPoller);
  const response = new Writable({ write: (_chunk, _encoding, done) => done() });
  const viewer = new StreamViewer(response as ServerResponse, { orgId, expiresAt: null, keyHash: undefined }, () =>
    poller.remove(viewer),
  );
  poller.add(viewer);
  return { close: () => viewer.destroy() };
}

describe("One organization's bad name does not silence the streams of others: an organization that cannot be read", () => {
  it('does not silence the streams of others, before, while and after it is watched', async () => {
    const organizations = await Promise.all(
      Array.from({ length: 7 }, async () => {
        const client = await fixture.client(fixture.newOrg());
        await started(client, 'sync');
        return { client, viewer: await fixture.watch(client) };
      }),
    );
    const allAreTold = async (count: number) => {
      await Promise.all(organizations.map(({ client }) => report(client, 'sync', count)));
      await Promise.all(organizations.map(({ viewer }) => viewer.sees('sync', { processed_count: count })));
    };
    await allAreTold(1);
    const evil = ['evil\0', 'evil\0too'].map(watchUnreadable);
    await allAreTold(2);
    await allAreTold(3);
    const failures = () => fixture.metric('sync_stream_polls_total{outcome="failure"}');
    const before = await failures();
    const polls = () => fixture.metric('sync_stream_polls_total{outcome="success"}');
    const until = (await polls()) + 4;
    await waitFor('some more polls', async () => (await polls()) >= until);
    // It was found out once, and is not looked for again twice a second.
    expect((await failures()) - before).toBeLessThan(4);
    for (const one of evil) one.close();
    await allAreTold(4);
  });
});
