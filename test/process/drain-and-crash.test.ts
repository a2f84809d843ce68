import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSyncClient, getSync, startSync } from '@sync-operations/client';
import { identify } from '@sync-operations/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadUntilRefused } from '../support/load.ts';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { waitFor } from '../support/wait-for.ts';

const API_KEY = 'a-key-for-tests-only';
let dataDir: string;
let service: ServiceProcess | undefined;

beforeAll(() => {
  dataDir = newFolder();
});
afterAll(async () => {
  const server = postmaster();
  await cleanUp();
  // Only when a failed test orphaned it.
  if (server !== undefined && identify(server)) process.kill(server, 'SIGQUIT');
});

/** The service with the embedded Postgres: the one that runs, or else started again on the same folder. */
async function running(): Promise<ServiceProcess> {
  service ??= await ServiceProcess.start({ SYNC_DATA_DIR: dataDir, SYNC_DEV_API_KEY: API_KEY });
  return service;
}

async function end(signal: NodeJS.Signals) {
  const ended = await service?.stop(signal);
  service = undefined;
  return ended;
}

const client = async () => createSyncClient({ baseUrl: (await running()).url, apiKey: API_KEY, orgId: 'org-1' });

async function start(sync_id: string): Promise<void> {
  const { response } = await startSync({
    client: await client(),
    body: { sync_id, entity_type: 'customer', source_system: 'shop', total_items: 10 },
  });
  expect(response?.status).toBe(201);
}

function postmaster(): number | undefined {
  const file = join(dataDir, 'cluster/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** What the database holds, read through a newly started service. */
async function storedCounts(syncIds: Iterable<string>): Promise<Map<string, number | undefined>> {
  const reader = await client();
  const stored = new Map<string, number | undefined>();
  for (const sync_id of syncIds) {
    const { data } = await getSync({ client: reader, path: { sync_id } });
    stored.set(sync_id, data?.processed_count);
  }
  return stored;
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s under load', (signal) => {
  it('responds to what was accepted, loses no acknowledged count, and stops Postgres last', async () => {
    const { url } = await running();
    const load = loadUntilRefused({ url, apiKey: API_KEY, orgId: 'org-1', name: signal, connections: 24 });
    await waitFor('the load is under way', () => {
      expect(load.unexpected).toEqual([]);
      return load.acknowledged() > 500;
    });
    const server = postmaster();
    expect(identify(Number(server))).toBeDefined();

    const ended = await end(signal);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(identify(Number(server))).toBeUndefined();

    const { counts, unexpected } = await load.ended;
    // A 5xx would be here if Postgres had stopped before the last response.
    expect(unexpected).toEqual([]);
    // Equal, not at least: a report that was carried out without a response would be one more.
    expect(await storedCounts(counts.keys())).toEqual(counts);
  });
});

describe('SIGKILL', () => {
  it('loses nothing that was acknowledged; the next start adopts the Postgres that lived on', async () => {
    await start('killed-service');
    const server = postmaster();
    await end('SIGKILL');
    expect(identify(Number(server))).toBeDefined();

    expect(await storedCounts(['killed-service'])).toEqual(new Map([['killed-service', 0]]));
    expect(postmaster()).toBe(server);
    expect((await running()).output).toMatch(/PostgreSQL .* already runs/);
  });

  it('of the Postgres alone loses nothing; the service starts it again and goes on', async () => {
    await start('killed-postgres');
    const { url } = await running();
    const server = Number(postmaster());
    process.kill(server, 'SIGKILL');
    await waitFor('it is gone', () => !identify(server));
    const found = await waitFor(
      'the service responds again',
      async () => (await getSync({ client: await client(), path: { sync_id: 'killed-postgres' } })).data,
      { withinMs: 60_000 },
    );
    expect(found).toMatchObject({ sync_id: 'killed-postgres', processed_count: 0 });
    expect([(await running()).url, postmaster() === server]).toEqual([url, false]);
    await start('after-the-restart');
  });

  it('of the Postgres, too, loses nothing; the next start recovers it', async () => {
    await start('killed-both');
    const server = postmaster();
    await end('SIGKILL');
    process.kill(Number(server), 'SIGKILL');

    expect(await storedCounts(['killed-service', 'killed-both'])).toEqual(
      new Map([
        ['killed-service', 0],
        ['killed-both', 0],
      ]),
    );
    expect(postmaster()).not.toBe(server);
    expect(await end('SIGTERM')).toMatchObject({ code: 0 });
  });
});

describe('SIGTERM while the embedded Postgres is started again', () => {
  const STOPPED_MS = 30_000;

  /** Kills Postgres and returns when the service has begun to start it again. */
  async function killPostgres(): Promise<void> {
    const { output } = await running();
    process.kill(Number(postmaster()), 'SIGKILL');
    const begun = (text: string) => text.split('starting it again').length;
    await waitFor('it is noticed', () => service && begun(service.output) > begun(output), { everyMs: 1 });
  }

  async function endInTime(): Promise<void> {
    const since = performance.now();
    const ended = await end('SIGTERM');
    expect({ ...ended, inTime: performance.now() - since < STOPPED_MS }).toMatchObject({
      ...{ code: 0, signal: null },
      inTime: true,
    });
  }

  it('ends the service within 30 seconds, and Postgres with it', async () => {
    await start('ended-while-starting');
    await killPostgres();
    await endInTime();
    expect(postmaster()).toBeUndefined();
    expect(await storedCounts(['ended-while-starting'])).toEqual(new Map([['ended-while-starting', 0]]));
  });

  it('ends the service within 30 seconds when Postgres hangs as it starts; the next start goes on with it', async () => {
    await start('ended-while-hanging');
    await killPostgres();
    const isNew = () => [postmaster()].find((pid) => pid && identify(pid));
    const hanging = await waitFor('the new Postgres', isNew, { everyMs: 1 });
    process.kill(hanging, 'SIGSTOP');
    await endInTime();
    process.kill(hanging, 'SIGCONT');
    expect(await storedCounts(['ended-while-hanging'])).toEqual(new Map([['ended-while-hanging', 0]]));
    expect(postmaster()).toBe(hanging);
    await endInTime();
    expect(identify(hanging)).toBeUndefined();
  });
});
