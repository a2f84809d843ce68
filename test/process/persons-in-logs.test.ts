import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { type Bend, type BendingProxy, startBendingProxy } from '../support/bending-proxy.ts';
import { send } from '../support/send.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { TEST_ENCRYPTION_KEY } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { OtlpReceiver } from '../tracing/otlp.receiver.ts';
import { Receiver } from '../webhook-endpoints/receiver.support.ts';

const ADA = {
  ...{ email: 'ada@lovelace.example', first_name: 'Ada', last_name: 'Lovelace' },
  billing: { phone: '+44 20 7946 0958', address_1: '12 St James Square', postcode: 'SW1Y 4JH' },
};
/** What says who she is, wherever it stands. */
const VALUES = [ADA.email, encodeURIComponent(ADA.email), 'Lovelace', '7946 0958', 'St James', 'SW1Y'];
const SENTENCE = `Ada Lovelace, ${ADA.email}, ${ADA.billing.phone}, ${ADA.billing.address_1}, "${ADA.billing.postcode}", is known`;
const found = (where: string) => VALUES.filter((value) => where.includes(value));

const refusal =
  (match: RegExp): Bend =>
  ({ url }, forward) =>
    match.test(url.pathname)
      ? {
          status: 400,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ code: 'known', message: SENTENCE, data: { status: 400 } }),
        }
      : forward();

const mails: string[] = [];
const mailServer = new SMTPServer({
  authOptional: true,
  async onData(stream, _session, callback) {
    mails.push(await text(stream));
    callback();
  },
});
let database: TestDatabase;
let shop: WooCommerceSandbox;
let proxy: BendingProxy;
let collector: OtlpReceiver;
let receiver: Receiver;
let chat: Receiver;
let service: ServiceProcess;
let key: string;
let viewer: string;

beforeAll(async () => {
  mailServer.listen(0, '127.0.0.1');
  await once(mailServer.server, 'listening');
  database = await createTestDatabase();
  shop = await startWooCommerceSandbox({ customers: 3, orders: 0, products: 0 });
  shop.admin.createCustomer(ADA);
  proxy = await startBendingProxy(shop.url);
  [collector, receiver, chat] = await Promise.all([OtlpReceiver.start(), Receiver.start(), Receiver.start()]);
  const make = (scope: 'sync:admin' | 'sync:viewer') =>
    KeyAdmin.with(database.ownerUrl, (keys) =>
      keys.create({ kind: 'service', orgId: 'org-1', name: scope, userId: null, scopes: [scope], ttlSeconds: null }),
    );
  [key, viewer] = [await make('sync:admin'), await make('sync:viewer')];
  service = await ServiceProcess.start({
    ...{ DATABASE_URL: database.appUrl, LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    SYNC_ENCRYPTION_KEYS: `${TEST_ENCRYPTION_KEY.id}:${TEST_ENCRYPTION_KEY.key}`,
    ...{ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true', SYNC_RECONCILE_SAMPLE: '0' },
    SYNC_SMTP_URL: `smtp://127.0.0.1:${(mailServer.server.address() as AddressInfo).port}/?ignoreTLS=true`,
    SYNC_SMTP_FROM: 'Syncs <syncs@example.com>',
  });
});
afterAll(async () => {
  await cleanUp();
  await Promise.all([proxy.stop(), shop.stop(), database.drop(), collector.stop()]);
  receiver.close();
  chat.close();
  await new Promise<void>((done) => mailServer.close(done));
});

const call = (method: string, path: string, body?: object, apiKey = key) =>
  send(service, `/api/sync${path}`, { method, 'x-api-key': apiKey, ...(body && { body: JSON.stringify(body) }) });

const syncs: string[] = [];
let connection: string;
async function begin(): Promise<string> {
  const wanted = { entity_type: 'customer', mode: 'full', source_connection_id: connection };
  const { sync_id } = (await call('POST', '/runs', wanted)).body;
  syncs.push(sync_id);
  return sync_id;
}
const shown = async (id: string) => (await call('GET', `/runs/${id}`)).body.progress;
const ended = (id: string) =>
  waitFor('the run has ended', async () => ((await shown(id)).completed_at ? shown(id) : undefined));
const alerts = (count: number) =>
  waitFor('the alerts are open', async () => {
    const { items } = (await call('GET', '/alerts?state=open', undefined, viewer)).body;
    return items.length >= count ? items : undefined;
  });

describe("A person's values, whatever quotes them,", () => {
  beforeAll(async () => {
    for (const endpoint of [
      { url: receiver.url, events: ['alert.*', 'sync.*'] },
      { url: chat.url, events: ['alert.*', 'sync.*'], format: 'slack' },
      { url: 'mailto:ops@example.com', events: ['alert.*'], format: 'email' },
    ])
      expect((await call('POST', '/webhook-endpoints', endpoint)).status).toBe(201);
    for (const kind of ['failed', 'check_failing'])
      expect((await call('POST', '/alert-rules', { name: kind, kind })).status).toBe(201);
    const made = await call('POST', '/connections', {
      ...{ name: 'shop', system: 'woocommerce', base_url: proxy.url },
      credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret },
      settings: { allow_http: true, home_url: shop.url },
    });
    connection = made.body.id;
    expect(made.status).toBe(201);
  });

  it('are in the record, and in messages for who may see values', async () => {
    const failing = await begin();
    expect(await ended(failing)).toMatchObject({ status: 'completed' });
    const { body } = await call('GET', `/records?connection_id=${connection}&entity_type=customer`);
    expect(found(JSON.stringify(body))).toEqual(VALUES.filter((value) => !value.includes('%')));
  });

  it('are said by a shop that refuses, by one that sends no JSON, and by a check', async () => {
    proxy.bend(refusal(/customers/));
    expect((await ended(await begin())).error_message).toContain(`“${SENTENCE}”`);
    proxy.bend(({ url }, forward) =>
      url.pathname.endsWith('/customers') ? { status: 200, headers: {}, body: `<b>${SENTENCE}</b>` } : forward(),
    );
    const away = await begin();
    await waitFor('it waits', async () => (await shown(away)).waiting_reason?.includes('Lovelace') || undefined);
    await call('POST', `/progress/${away}/cancel`);
    await ended(away);
    proxy.bend(refusal(/./));
    expect((await call('POST', `/connections/${connection}/check`)).body.error.message).toContain('Lovelace');
    proxy.bend(null);
  });

  it('are in what Postgres says of a row that it refuses', async () => {
    await sql(
      database.ownerUrl,
      `ALTER TABLE sync_records ADD CONSTRAINT planted CHECK (data ->> 'email' <> '${ADA.email}') NOT VALID`,
    );
    shop.admin.createCustomer({ ...ADA, email: 'other@lovelace.example' });
    await sql(database.superuserUrl, 'DELETE FROM sync_records');
    expect((await ended(await begin())).error_message).toContain('An internal error');
    await sql(database.ownerUrl, 'ALTER TABLE sync_records DROP CONSTRAINT planted');
  });

  it('are in what reporters say and in the addresses of requests', async () => {
    const sync = { sync_id: 'reported-1', entity_type: 'customer', source_system: 'script' };
    expect((await call('POST', '/progress', sync)).status).toBe(201);
    const failed = await call('POST', '/progress/reported-1/fail', { error_message: `“${SENTENCE}”` });
    expect(failed.status).toBe(200);
    const id = encodeURIComponent(ADA.email);
    const paths = [`/records/${connection}/customer/${id}`, `/syncs?search=Lovelace&q=${id}`, `/progress/${id}`];
    for (const path of paths) await call('GET', path);
    await call('PATCH', `/progress/${id}`, { processed_count: 1 });
  });

  it('are in no alert that is shown, and in no message about one', async () => {
    // What time decides is looked at once a minute.
    await sql(database.superuserUrl, `UPDATE sync_alert_turns SET due_at = '-infinity'`);
    const open = await alerts(3);
    expect(open.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['check_failing', 'failed', 'failed']);
    expect(found(JSON.stringify(open))).toEqual([]);
    await waitFor('each is told', () =>
      receiver.messages.length >= 8 && mails.length >= 3 && chat.messages.length >= 8 ? true : undefined,
    );
    for (const messages of [receiver.messages, chat.messages, mails])
      expect(found(JSON.stringify(messages))).toEqual([]);
    // What they do say.
    for (const said of ['The shop refused GET', '[masked]'])
      for (const messages of [receiver.messages, chat.messages, mails])
        expect(JSON.stringify(messages).replaceAll('=\\r\\n', '')).toContain(said);
  });

  it('are in no line of the log and in no span', async () => {
    const { stdout, stderr } = await service.stop();
    expect(found(stdout + stderr)).toEqual([]);
    expect(found(collector.text)).toEqual([]);
    for (const said of ['a run failed on our side', '23514', 'planted', '/api/sync/progress/[masked]'])
      expect({ said, isThere: stdout.includes(said) }).toEqual({ said, isThere: true });
    expect(collector.named('run turn').length).toBeGreaterThanOrEqual(4);
    expect(collector.named('PATCH /api/sync/progress/:sync_id').length).toBeGreaterThan(0);
  });
});
