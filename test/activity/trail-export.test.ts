import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import aws4 from 'aws4';
import { afterEach, describe, expect, it } from 'vitest';
import { lastError, makeByHand, partitions, takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { ArchiveFolder, linesOf } from './trail.archive.support.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'the-key', AWS_SECRET_ACCESS_KEY: 'the-secret' };
const MONTH = new Date().toISOString().slice(0, 7);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (let last = cleanUps.pop(); last; last = cleanUps.pop()) await last();
});

async function start(variables: Record<string, string>): Promise<TestService> {
  const service = await startTestService({ SYNC_WORKER: 'on', ...variables });
  cleanUps.push(() => service.close());
  return service;
}

function folder(): ArchiveFolder {
  const archive = new ArchiveFolder();
  cleanUps.push(() => archive.remove());
  return archive;
}

/** So many entries of an organization, sealed. */
async function write({ database }: TestService, org: string, count: number, at = 'now()'): Promise<void> {
  await sql(
    database.superuserUrl,
    `INSERT INTO sync_activity_log (org_id, created_at, activity_type, status, details)
     SELECT $1, ${at} - n * interval '1 ms', 'imported', 'completed', '{"price": 1.50}' FROM generate_series(1, $2::integer) n`,
    [org, count],
  );
  await sql(database.superuserUrl, 'SELECT app.seal_entries($1)', [org]);
}

/** A store as S3 is: it takes what is signed with the key, and answers 403 for what is not. `refuses` answers the others. */
async function startStore(refuses: (key: string) => boolean) {
  const objects: Record<string, Record<string, unknown>[]> = {};
  const isSigned = ({ method = '', url = '', headers }: IncomingMessage) => {
    const signed = aws4.sign(
      {
        ...{ service: 's3', region: 'us-east-1', host: headers.host, method, path: url },
        headers: Object.fromEntries(
          ['host', 'x-amz-date', 'x-amz-content-sha256'].map((name) => [name, headers[name]]),
        ) as Record<string, string>,
      },
      { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY },
    );
    return signed.headers?.Authorization === headers.authorization;
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const key = decodeURIComponent((request.url ?? '').slice(1));
    const status = !isSigned(request) ? 403 : refuses(key) ? 400 : 200;
    if (status === 200) objects[key] = linesOf(body);
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/trail/prod`, objects };
}

describe('The trail is exported', () => {
  it('a seal at a time, with its entries as they were sealed, each organization into a folder of its own', async () => {
    const archive = folder();
    const service = await start({ SYNC_TRAIL_EXPORT_URL: archive.url });
    await write(service, 'org-1', 3);
    await write(service, '../org 2', 1);
    await takeTurns(service);
    const first = await archive.objects();
    const key = `org-1/${MONTH}/000000000001.ndjson`;
    expect(Object.keys(first).sort()).toEqual([`%2E%2E%2Forg%202/${MONTH}/000000000001.ndjson`, key]);
    const [entry, , , seal] = first[key] ?? [];
    expect(entry).toMatchObject({ org_id: 'org-1', activity_type: 'imported', details: { price: 1.5 } });
    expect(seal).toMatchObject({ seal: 1, org_id: 'org-1', entries: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const hashes = await sql<{ hash: string }>(
      service.database.superuserUrl,
      `SELECT encode(app.activity_entry_hash(l), 'hex') AS hash FROM sync_activity_log l
        WHERE org_id = 'org-1' AND activity_type = 'imported' ORDER BY created_at`,
    );
    expect(first[key]?.slice(0, 3).map((line) => line.hash)).toEqual(hashes.map(({ hash }) => hash));

    await write(service, 'org-1', 2);
    await takeTurns(service);
    const second = await archive.objects();
    expect(second).toEqual({ ...first, [`org-1/${MONTH}/000000000002.ndjson`]: expect.anything() });
  }, 60_000);

  it('into a bucket, signed; what the store refuses of one organization holds up no other and comes later', async () => {
    let isRefusing = true;
    const store = await startStore((key) => isRefusing && key.includes('/org-1/'));
    const service = await start({ SYNC_TRAIL_EXPORT_URL: `${store.url}/`, ...KEYS });
    await write(service, 'org-1', 1);
    await write(service, 'org-2', 1);
    await takeTurns(service);
    const key = (org: string) => `trail/prod/${org}/${MONTH}/000000000001.ndjson`;
    expect(Object.keys(store.objects)).toEqual([key('org-2')]);
    isRefusing = false;
    await takeTurns(service);
    expect(Object.keys(store.objects).sort()).toEqual([key('org-1'), key('org-2')]);
    expect(store.objects[key('org-1')]).toHaveLength(2);
  }, 60_000);
});

describe('A month of the trail leaves the database', () => {
  const OLD = 'sync_activity_log_2020_01';
  const AT = "'2020-01-15'::timestamptz";

  it('once it stands in the archive, also what no seal holds', async () => {
    const archive = folder();
    const service = await start({ SYNC_ACTIVITY_RETENTION_MONTHS: '2', SYNC_TRAIL_EXPORT_URL: archive.url });
    await takeTurns(service);
    await makeByHand(service, '2020-01');
    await write(service, 'org-1', 2, AT);
    // Behind what is sealed, so it is never sealed.
    await sql(
      service.database.superuserUrl,
      `INSERT INTO sync_activity_log (org_id, created_at, activity_type, status) VALUES ('org-1', ${AT} - interval '1 day', 'late', 'completed')`,
    );
    await takeTurns(service);
    await takeTurns(service);
    expect((await partitions(service)).has(OLD)).toBe(false);
    const objects = await archive.objects();
    expect(objects['org-1/2020-01/000000000001.ndjson']).toHaveLength(3);
    expect(objects['org-1/2020-01/unsealed-000001.ndjson']).toMatchObject([{ activity_type: 'late', hash: null }]);
  }, 60_000);

  it('not before', async () => {
    const store = await startStore(() => true);
    const service = await start({ SYNC_ACTIVITY_RETENTION_MONTHS: '2', SYNC_TRAIL_EXPORT_URL: store.url, ...KEYS });
    await takeTurns(service);
    await makeByHand(service, '2020-01');
    await write(service, 'org-1', 2, AT);
    await takeTurns(service);
    expect((await partitions(service)).has(OLD)).toBe(true);
    expect(await lastError(service, 'activity-retention')).toBeNull();
  }, 60_000);
});

it('The newest seal of a day is told once as its root, to the organization that wants it', async () => {
  const service = await start({});
  const url = service.database.superuserUrl;
  await write(service, 'org-1', 3);
  await write(service, 'org-2', 1);
  await sql(
    url,
    `INSERT INTO sync_webhook_endpoints (org_id, url, events, format, secret, secret_key_id)
     SELECT org, 'https://receiver.example', '{trail.root}', 'standard', '', 'k' FROM unnest('{org-1,org-3}'::text[]) org`,
  );
  // After it: the turn of the start may be under way, and tells what nobody wants to nobody, once.
  await sql(url, `UPDATE sync_activity_seals SET sealed_at = sealed_at - interval '1 day'`);
  await takeTurns(service);
  await takeTurns(service);
  const told = await sql(
    url,
    `SELECT d.org_id, d.event_type, d.data - 'sealed_at' AS data FROM sync_webhook_deliveries d ORDER BY 1`,
  );
  const [seal] = await sql<{ hash: string; day: string }>(
    url,
    `SELECT encode(hash, 'hex') AS hash, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day
       FROM sync_activity_seals WHERE org_id = 'org-1' AND sequence = 1`,
  );
  expect(told).toEqual([{ org_id: 'org-1', event_type: 'trail.root', data: { sequence: 1, ...seal } }]);
}, 60_000);
