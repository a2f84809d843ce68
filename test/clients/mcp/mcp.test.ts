import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpHttpServer } from '@sync-operations/mcp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Json, RunsFixture } from '../../runs/runs.support.ts';
import { waitFor } from '../../support/wait-for.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const [ORG, OTHER] = ['org-1', 'org-2'];
const READ = [
  'list_connections',
  'list_syncs',
  'show_preview',
  'start_preview',
  'story_of_a_record',
  'whoami',
  'why_did_it_fail',
];
const STEER = ['apply_preview', 'cancel_sync', 'pause_sync', 'resume_sync', 'retry_failed_items'];

let fixture: RunsFixture;
const servers: Server[] = [];
const clients: Client[] = [];

beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await fixture.close();
});

async function serve(allowSteering = false): Promise<string> {
  const server = createMcpHttpServer({ serviceUrl: fixture.service.url, allowSteering });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const keyOf = (orgId: string, scope: 'sync:read' | 'sync:write' = 'sync:write') =>
  fixture.service.createKey({ orgId, scopes: [scope] });

/** The SDK's own client, with a key. */
async function connected(url: string, key: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  clients.push(client);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { 'x-api-key': key } } }),
  );
  return client;
}

interface Told {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Json;
}
async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Told> {
  const { isError = false, content } = await client.callTool({ name, arguments: args });
  const [{ text }] = content as [{ text: string }];
  let data: Json;
  try {
    data = JSON.parse(text);
  } catch {
    data = undefined;
  }
  return { isError: Boolean(isError), text, data };
}

/** A run of 21 items, of which one is refused. */
async function failedRun(orgId: string, name: string) {
  const shop = await fixture.connect(orgId, `${name}-shop`);
  const erp = await fixture.connect(orgId, `${name}-erp`);
  shop.system.fill(20);
  shop.system.put({ email: 'refused@example.test', name: 'Refused', phone: null });
  const run = await fixture.run(orgId, { source_connection_id: shop.id, destination: { connection_id: erp.id } });
  return { shop, erp, run, sync_id: run.sync_id as string };
}

describe('An assistant with a key', () => {
  it('is offered what reads, and what steers only where that is allowed', async () => {
    const namesOf = async (url: string) => {
      const { tools } = await (await connected(url, await keyOf(ORG))).listTools();
      return tools.map(({ name }) => name).sort();
    };
    expect(await namesOf(await serve())).toEqual(READ);
    expect(await namesOf(await serve(true))).toEqual([...READ, ...STEER].sort());
  });

  it('finds which sync failed, why, and what became of a record, without the data of the person', async () => {
    const { sync_id } = await failedRun(ORG, 'why');
    const client = await connected(await serve(), await keyOf(ORG, 'sync:read'));
    expect((await call(client, 'whoami')).data).toMatchObject({ org_id: ORG, scopes: ['sync:read'] });
    const { items } = (await call(client, 'list_syncs', { failed: true })).data;
    expect(items.map((sync: Json) => sync.sync_id)).toContain(sync_id);
    const why = await call(client, 'why_did_it_fail', { sync_id });
    expect(why.data).toMatchObject({
      sync: { failed_count: 1 },
      items: [{ outcome: 'failed' }],
      has_more_items: false,
    });
    expect(why.text).not.toContain('payload');
    const query = { entity_type: 'customer', email: 'refused@example.test' };
    const { items: story } = (await call(client, 'story_of_a_record', query)).data;
    expect(story).toMatchObject([{ event: 'failed', sync_id }]);
  });

  it('previews, and with the right applies, pauses, resumes, cancels and retries', async () => {
    const { shop, erp, sync_id } = await failedRun(ORG, 'steer');
    shop.system.put({ email: 'new@example.test', name: 'New', phone: null });
    const client = await connected(await serve(true), await keyOf(ORG));
    const ends = { destination_connection_id: erp.id };
    const started = await call(client, 'start_preview', { connection_id: shop.id, entity_type: 'customer', ...ends });
    await fixture.ended(ORG, started.data.sync_id);
    const { cache_key } = started.data;
    const shown = (await call(client, 'show_preview', { cache_key, kind: 'create' })).data;
    expect(shown.changes.items.map(({ after, ...change }: Json) => change.kind)).toContain('create');
    expect(shown.preview).not.toHaveProperty('delta_data');
    const applied = await call(client, 'apply_preview', { cache_key, source_connection_id: shop.id, ...ends });
    expect(applied.isError, applied.text).toBe(false);
    await fixture.ended(ORG, applied.data.sync_id);
    expect([...erp.system.items.values()].map(({ email }) => email)).toContain('new@example.test');
    const retried = await call(client, 'retry_failed_items', { sync_id });
    expect(retried.isError, retried.text).toBe(false);

    await fixture.call(ORG, 'POST', '/progress', {
      sync_id: 'steered',
      entity_type: 'customer',
      source_system: 'odoo',
    });
    const flag = async (name: string) => (await call(client, name, { sync_id: 'steered' })).data;
    expect(await flag('pause_sync')).toMatchObject({ pause_requested: true });
    expect(await flag('resume_sync')).toMatchObject({ pause_requested: false });
    expect(await flag('cancel_sync')).toMatchObject({ cancel_requested: true });
  });

  it('that may only read is refused by the service what it may not do, whatever the server offers', async () => {
    const { shop, sync_id } = await failedRun(ORG, 'read-only');
    const client = await connected(await serve(true), await keyOf(ORG, 'sync:read'));
    for (const [name, args] of [
      ['cancel_sync', { sync_id }],
      ['retry_failed_items', { sync_id }],
      ['start_preview', { connection_id: shop.id, entity_type: 'customer' }],
    ] as const) {
      const { isError, text } = await call(client, name, args);
      expect({ name, isError, text }).toEqual({ name, isError: true, text: expect.stringContaining('missing-scope') });
    }
  });

  it('of another organization finds nothing of it and changes nothing in it', async () => {
    const { shop, erp, sync_id } = await failedRun(ORG, 'isolated');
    await fixture.call(ORG, 'POST', '/progress', { sync_id: 'mine', entity_type: 'customer', source_system: 'odoo' });
    const preview = { entity_type: 'customer', destination: { connection_id: erp.id } };
    const { body } = await fixture.call(ORG, 'POST', `/connections/${shop.id}/preview`, preview);
    await fixture.ended(ORG, body.sync_id);
    const stranger = await connected(await serve(true), await keyOf(OTHER));
    expect((await call(stranger, 'list_syncs')).data.items).toEqual([]);
    expect((await call(stranger, 'list_connections')).data.items).toEqual([]);
    const story = { entity_type: 'customer', email: 'refused@example.test' };
    expect((await call(stranger, 'story_of_a_record', story)).data.items).toEqual([]);
    const { cache_key } = body;
    for (const [name, args] of [
      ['why_did_it_fail', { sync_id }],
      ['pause_sync', { sync_id: 'mine' }],
      ['resume_sync', { sync_id: 'mine' }],
      ['cancel_sync', { sync_id: 'mine' }],
      ['retry_failed_items', { sync_id }],
      ['show_preview', { cache_key }],
      ['start_preview', { connection_id: shop.id, entity_type: 'customer' }],
      ['apply_preview', { cache_key, source_connection_id: shop.id }],
    ] as const) {
      const { isError, text } = await call(stranger, name, args);
      expect({ name, isError, text }).toEqual({ name, isError: true, text: expect.stringContaining('not-found') });
    }
    const { body: after } = await fixture.call(ORG, 'GET', '/progress/mine');
    expect(after).toMatchObject({ cancel_requested: false, pause_requested: false, status: 'running' });
  });

  it('is answered within bounds, and told what was cut', async () => {
    const message = 'x'.repeat(5_000);
    for (let index = 0; index < 8; index += 1) {
      const entry = { activity_type: 'import', status: 'failed', sync_id: 'long', error_message: message };
      await fixture.call(ORG, 'POST', '/activity', entry);
    }
    await fixture.call(ORG, 'POST', '/progress', { sync_id: 'long', entity_type: 'customer', source_system: 'odoo' });
    const client = await connected(await serve(), await keyOf(ORG));
    const { text } = await call(client, 'why_did_it_fail', { sync_id: 'long' });
    expect(text.length).toBeLessThan(20_200);
    expect(text).toContain('cut after 20000 of');
    expect((await call(client, 'list_syncs', { limit: 1_000 })).isError).toBe(true);
  });
});

describe('The server over HTTP', () => {
  const post = (url: string, headers: Record<string, string>, body = '{}') =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

  it('serves nobody without a key, no page of a browser, no large body and no other path', async () => {
    const url = await serve();
    const key = await keyOf(ORG);
    const statuses = [
      await post(url, {}),
      await post(url, { 'x-api-key': key, origin: 'https://evil.example' }),
      await post(url, { 'x-api-key': key }, `"${'x'.repeat(70_000)}"`),
      await post(url, { 'x-api-key': key }, 'no JSON'),
      await post(url.replace('/mcp', '/other'), { 'x-api-key': key }),
      await fetch(url, { headers: { 'x-api-key': key } }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([401, 403, 413, 400, 404, 405]);
  });

  it('lets nobody have more than eight requests at work, and leaves room for the others', async () => {
    const url = await serve();
    const [key, other] = [await keyOf(ORG), await keyOf(OTHER)];
    const begin = async (with_key: string) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(
        `POST /mcp HTTP/1.1\r\nhost: here\r\nx-api-key: ${with_key}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{`,
      );
      await once(socket, 'connect');
      return socket;
    };
    // Their bodies do not end.
    const sockets = await Promise.all(Array.from({ length: 8 }, () => begin(key)));
    const status = async (with_key: string) => (await post(url, { 'x-api-key': with_key }, 'no JSON')).status;
    await expect.poll(() => status(key)).toBe(429);
    const { headers } = await post(url, { 'x-api-key': key });
    expect(headers.get('retry-after')).toBe('1');
    expect(await status(other)).toBe(400);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => status(key)).toBe(400);
  });

  it('with a key that does not exist tells the assistant so', async () => {
    const client = await connected(await serve(), 'syk_of-nobody');
    const { isError, text } = await call(client, 'list_syncs');
    expect({ isError, text }).toEqual({ isError: true, text: expect.stringContaining('unauthenticated') });
  });
});

describe('The server on standard input and output', () => {
  it('has the key of its environment', async () => {
    await fixture.call(ORG, 'POST', '/progress', {
      sync_id: 'by stdio',
      entity_type: 'customer',
      source_system: 'odoo',
    });
    const client = new Client({ name: 'test', version: '1' });
    clients.push(client);
    const main = join(ROOT, 'clients/mcp/src/main.ts');
    const env = { PATH: process.env.PATH as string, SYNC_URL: fixture.service.url, SYNC_API_KEY: await keyOf(ORG) };
    const args = ['--conditions=@sync-operations/source', main];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
    await waitFor('the sync', async () =>
      (await call(client, 'list_syncs', { active: true })).data.items.some((sync: Json) => sync.sync_id === 'by stdio'),
    );
    expect((await client.listTools()).tools.map(({ name }) => name).sort()).toEqual(READ);
  });
});
