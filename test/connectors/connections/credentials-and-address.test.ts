import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../../runs/runs.support.ts';
import { CUSTOMER_SETTINGS } from '../csv/csv.support.ts';

const ORG = 'org-addresses';
const SECRET = 'cs_REAL_secret_5678';
const SYSTEMS = {
  woocommerce: { credentials: { consumer_key: 'ck_REAL_key_1234', consumer_secret: SECRET }, settings: {} },
  odoo: { credentials: { database: 'main', username: 'sync', api_key: SECRET }, settings: {} },
  csv: { credentials: { username: 'sync', password: SECRET }, settings: CUSTOMER_SETTINGS },
} as const;
type System = keyof typeof SYSTEMS;

let fixture: RunsFixture;
const received: string[] = [];
const collector = createServer((request, response) => {
  received.push(`${request.url} ${JSON.stringify(request.headers)}`);
  request.on('data', (chunk) => received.push(String(chunk)));
  request.on('end', () => response.writeHead(404).end());
});
beforeAll(async () => {
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  fixture = await RunsFixture.start({ SYNC_WORKER: 'off' });
});
afterAll(async () => {
  await fixture?.close();
  collector.closeAllConnections();
  collector.close();
});

const collectorUrl = () => `http://127.0.0.1:${(collector.address() as AddressInfo).port}/x`;
const url = (id: string) => `/connections/${id}`;

async function connect(system: System, given: { base_url?: string; settings?: object } = {}) {
  const { credentials, settings } = SYSTEMS[system];
  const { status, body } = await fixture.call(ORG, 'POST', '/connections', {
    ...{
      name: `${system} ${Math.random()}`,
      system,
      base_url: given.base_url ?? 'https://shop.example/a',
      credentials,
    },
    settings: { ...settings, ...given.settings },
  });
  expect(status).toBe(201);
  return body;
}

const pointers = (body: { errors?: { pointer: string }[] }) => body.errors?.map(({ pointer }) => pointer);

describe.each(Object.keys(SYSTEMS) as System[])('Stored credentials of %s are not sent to another origin', (system) => {
  it('a change of address must bring them again, and changes nothing otherwise', async () => {
    const before = await connect(system);
    received.length = 0;
    const settings = { allow_http: true, ...(system === 'woocommerce' && { auth: 'basic' }) };
    const stolen = await fixture.call(ORG, 'PATCH', url(before.id), { base_url: collectorUrl(), settings });
    expect([stolen.status, pointers(stolen.body)]).toEqual([422, ['#/credentials']]);
    expect(stolen.body.errors[0].detail).toContain('given again with another address');
    const { webhook_secret, ...shown } = before;
    expect((await fixture.call(ORG, 'GET', url(before.id))).body).toEqual(shown);
    await fixture.call(ORG, 'POST', `${url(before.id)}/check`);
    expect(received.join()).not.toContain('x');

    const own = Object.fromEntries(Object.keys(SYSTEMS[system].credentials).map((name) => [name, 'my-own-secret']));
    const moved = await fixture.call(ORG, 'PATCH', url(before.id), {
      ...{ base_url: collectorUrl(), settings, credentials: own },
    });
    expect(moved.status).toBe(200);
    await fixture.call(ORG, 'POST', `${url(before.id)}/check`);
    expect(received.length).toBeGreaterThan(0);
    for (const text of received) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(`sync:${SECRET}`).toString('base64'));
      expect(text).not.toContain('ck_REAL');
    }
    const { body: trail } = await fixture.call(ORG, 'GET', `/activity?limit=50`);
    const entry = trail.items.find(
      ({ activity_type, details }: { activity_type: string; details: { connection_id: string } }) =>
        activity_type === 'connection_changed' && details.connection_id === before.id,
    );
    expect(entry.details).toMatchObject({
      changed: expect.arrayContaining(['base_url', 'credentials', 'settings.allow_http']),
      credentials_go: {
        from: { origin: 'https://shop.example', settings: { allow_http: false } },
        to: { origin: new URL(collectorUrl()).origin, settings: { allow_http: true } },
      },
    });
    expect(JSON.stringify(entry)).not.toContain('my-own-secret');
  });

  it.each([
    ['another host', { base_url: 'https://collector.example/a' }],
    ['another port', { base_url: 'https://shop.example:8443/a' }],
    ['plain http allowed', { settings: { allow_http: true } }],
  ])('%s needs them', async (_, change) => {
    const { id } = await connect(system);
    const refused = await fixture.call(ORG, 'PATCH', url(id), change);
    expect([refused.status, pointers(refused.body)]).toEqual([422, ['#/credentials']]);
    const { credentials } = SYSTEMS[system];
    expect((await fixture.call(ORG, 'PATCH', url(id), { ...change, credentials })).status).toBe(200);
  });

  it('another scheme of the same host needs them', async () => {
    const { id } = await connect(system, { settings: { allow_http: true } });
    const refused = await fixture.call(ORG, 'PATCH', url(id), { base_url: 'http://shop.example/a' });
    expect([refused.status, pointers(refused.body)]).toEqual([422, ['#/credentials']]);
  });

  it.each([
    ['a name', { name: 'new name' }],
    ['the same address in another spelling', { base_url: 'https://SHOP.example:443/a/' }],
    ['another path of the same origin', { base_url: 'https://shop.example/b' }],
    ['a default that is named', { settings: { allow_http: false } }],
    ['another setting', { settings: { delete_guard_percent: 20 } }],
  ])('%s does not', async (_, change) => {
    const { id } = await connect(system);
    const body = 'name' in change ? { name: `${change.name} ${id}` } : change;
    expect((await fixture.call(ORG, 'PATCH', url(id), body)).status).toBe(200);
  });
});

it.each(['basic', 'query'])('The way in which a shop gets its key needs the credentials: %s', async (auth) => {
  const { id } = await connect('woocommerce');
  const refused = await fixture.call(ORG, 'PATCH', url(id), { settings: { auth } });
  expect([refused.status, pointers(refused.body)]).toEqual([422, ['#/credentials']]);
});

it('A file that needs no credentials moves without them', async () => {
  const { status, body } = await fixture.call(ORG, 'POST', '/connections', {
    ...{ name: 'open file', system: 'csv', base_url: 'https://files.example/a.csv', credentials: {} },
    settings: CUSTOMER_SETTINGS,
  });
  expect(status).toBe(201);
  const moved = await fixture.call(ORG, 'PATCH', url(body.id), { base_url: 'https://other.example/b.csv' });
  expect(moved.status).toBe(200);
});
