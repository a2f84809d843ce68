import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { send } from '../support/send.ts';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { TEST_ENCRYPTION_KEY } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { Receiver } from '../webhook-endpoints/receiver.support.ts';
import { OtlpReceiver, type ReceivedSpan } from './otlp.receiver.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
/** Of whoever starts a run that fails. */
const OTHER_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

let database: TestDatabase;
let shop: WooCommerceSandbox;
let key: string;
/** Of the service of the first tests. */
let coverage: string;
beforeAll(async () => {
  coverage = newFolder();
  database = await createTestDatabase();
  shop = await startWooCommerceSandbox({ customers: 120, orders: 0, products: 0 });
  key = await KeyAdmin.with(database.ownerUrl, (keys) =>
    keys.create({ kind: 'service', orgId: 'org-1', name: 'x', userId: null, scopes: ['sync:admin'], ttlSeconds: null }),
  );
});
afterAll(async () => {
  await cleanUp();
  await Promise.all([database.drop(), shop.stop()]);
});

const start = (variables: Record<string, string>) =>
  ServiceProcess.start({
    DATABASE_URL: database.appUrl,
    SYNC_ENCRYPTION_KEYS: `${TEST_ENCRYPTION_KEY.id}:${TEST_ENCRYPTION_KEY.key}`,
    SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
    SYNC_RECONCILE_SAMPLE: '0',
    ...variables,
  });

const call = (service: ServiceProcess, method: string, path: string, body?: object, headers = {}) =>
  send(service, `/api/sync${path}`, {
    ...{ method, 'x-api-key': key, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

/** A run of the shop's customers into the records, started by a caller who is traced, and its end. */
async function run(service: ServiceProcess, traceparent: string, secret = shop.consumerSecret): Promise<string> {
  const connection = await call(service, 'POST', '/connections', {
    name: `shop ${secret}`,
    system: 'woocommerce',
    base_url: shop.url,
    credentials: { consumer_key: shop.consumerKey, consumer_secret: secret },
    settings: { allow_http: true },
  });
  expect(connection.status).toBe(201);
  const wanted = { entity_type: 'customer', mode: 'full', source_connection_id: connection.body.id };
  const started = await call(service, 'POST', '/runs', wanted, { traceparent });
  expect(started.status).toBe(202);
  const { sync_id } = started.body;
  await waitFor('the run has ended', async () => {
    const { body } = await call(service, 'GET', `/runs/${sync_id}`);
    return body.progress?.completed_at ? body : undefined;
  });
  return sync_id;
}

/** From a span up to the one that has no parent among those that arrived. */
function pathOf(receiver: OtlpReceiver, span: ReceivedSpan): string[] {
  const parent = receiver.spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent ? pathOf(receiver, parent) : [])];
}

describe('Traces', () => {
  let receiver: OtlpReceiver;
  let messages: Receiver;
  let syncId: string;
  let log: string;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    const service = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=a%20secret',
      LOG_LEVEL: 'debug',
      NODE_V8_COVERAGE: coverage,
    });
    messages = await Receiver.start();
    await call(service, 'POST', '/webhook-endpoints', { url: messages.url, events: ['sync.*', 'alert.*'] });
    await call(service, 'POST', '/alert-rules', { name: 'failed', kind: 'failed' });
    syncId = await run(service, `00-${TRACE}-${CALLER}-01`);
    await run(service, `00-${OTHER_TRACE}-${CALLER}-01`, 'cs_that-is-not-known');
    await waitFor('the alert is told', () => messages.types.includes('alert.opened') || undefined);
    await call(service, 'PATCH', `/progress/unknown`, { processed_count: 1 });
    log = (await service.stop()).stdout;
  });
  afterAll(async () => {
    messages.close();
    await receiver.stop();
  });

  it("lead from the caller's span over request, queue and worker to each call and transaction, as one trace", () => {
    const [request] = receiver.named('POST /api/sync/runs');
    expect(request).toMatchObject({
      traceId: TRACE,
      parentSpanId: CALLER,
      attributes: { 'http.response.status_code': 202, 'sync.org_id': 'org-1' },
    });
    const [turn] = receiver.named('run turn');
    expect(turn).toMatchObject({
      traceId: TRACE,
      parentSpanId: request?.spanId,
      attributes: { 'sync.id': syncId, 'sync.kind': 'sync', 'sync.system': 'woocommerce', 'sync.status': 'completed' },
    });
    const paths = new Set(
      receiver.spans.filter(({ traceId }) => traceId === TRACE).map((span) => pathOf(receiver, span).join(' < ')),
    );
    expect([...paths]).toEqual(
      expect.arrayContaining([
        'transaction < POST /api/sync/runs',
        'transaction < run turn < POST /api/sync/runs',
        'connector call < run turn < POST /api/sync/runs',
        'run batch < run turn < POST /api/sync/runs',
        'transaction < run batch < run turn < POST /api/sync/runs',
      ]),
    );
    // No span of the trace hangs in the air.
    expect([...paths].filter((path) => !path.endsWith('POST /api/sync/runs'))).toEqual([]);
    for (const span of receiver.named('connector call').filter(({ traceId }) => traceId === TRACE))
      expect(span.attributes).toMatchObject({ 'sync.system': 'woocommerce', 'http.response.status_code': 200 });
  });

  it('lead on to what receivers are told of a run, and of an alert about one, and tell receivers nothing', () => {
    const told = (event: string) =>
      receiver
        .named('webhook delivery')
        .filter(({ attributes }) => attributes['sync.event_type'] === event)
        .map((span) => [span.traceId, pathOf(receiver, span).join(' < ')]);
    expect(told('sync.started')).toEqual([
      [TRACE, 'webhook delivery < POST /api/sync/runs'],
      [OTHER_TRACE, 'webhook delivery < POST /api/sync/runs'],
    ]);
    expect(told('sync.completed')).toEqual([[TRACE, 'webhook delivery < run turn < POST /api/sync/runs']]);
    expect(told('sync.failed')).toEqual([[OTHER_TRACE, 'webhook delivery < run turn < POST /api/sync/runs']]);
    expect(told('alert.opened')).toEqual([[OTHER_TRACE, 'webhook delivery < POST /api/sync/runs']]);
    expect(receiver.named('webhook delivery')[0]?.attributes).toMatchObject({
      ...{ 'sync.delivered': true, 'sync.response_status': 204, 'sync.format': 'standard', 'sync.attempts_before': 0 },
    });
    expect(messages.messages.map(({ headers }) => headers.traceparent)).toEqual(messages.messages.map(() => undefined));
  });

  it('of a request without one begin anew, and a report is inside its request', () => {
    const [patch] = receiver.named('PATCH /api/sync/progress/:sync_id');
    expect(patch?.parentSpanId).toBeUndefined();
    expect(patch?.traceId).not.toBe(TRACE);
    expect(pathOf(receiver, receiver.named('report')[0] as ReceivedSpan)).toEqual([
      'report',
      'PATCH /api/sync/progress/:sync_id',
    ]);
  });

  it('share their ids with the lines of the log', () => {
    const lines = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const [request] = receiver.named('POST /api/sync/runs');
    expect(lines.find(({ req }) => req?.method === 'POST' && req.url === '/api/sync/runs')).toMatchObject({
      trace_id: TRACE,
      span_id: request?.spanId,
    });
  });

  it('hold no e-mail, no key, no address of a system and no value of an item', () => {
    expect(receiver.spans.length).toBeGreaterThan(20);
    const { host } = new URL(shop.url);
    for (const secret of ['@', key, shop.consumerKey, shop.consumerSecret, host, 'a secret', 'SELECT'])
      expect({ secret, found: receiver.text.includes(secret) }).toEqual({ secret, found: false });
  });

  it('come from the named service with the headers that the collector asks for', () => {
    expect([...receiver.services]).toEqual(['sync-operations']);
    expect(receiver.headers[0]).toMatchObject({ 'x-collector-key': 'a secret' });
  });
});

describe('A collector', () => {
  /** Requests are answered, and the process ends as it should. */
  const serve = async (service: ServiceProcess) => {
    for (let requests = 0; requests < 20; requests += 1)
      expect((await call(service, 'PATCH', '/progress/unknown', { processed_count: 1 })).status).toBe(404);
    expect((await service.stop()).code).toBe(0);
  };

  it('that is not there stops nothing, and the log says so', async () => {
    const service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    await call(service, 'GET', '/whoami');
    await waitFor('the log tells of it', () => service.output.includes('the collector takes no spans') || undefined);
    await serve(service);
  });

  it('that never answers stops nothing, nor does it hold up the end', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await serve(await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }));
    silent.close();
  });
});

/** The files that a process had loaded, as V8 told when it ended. */
const loadedBy = (folder: string) =>
  readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join();

it('the packages are loaded with a collector, and without one they are not', async () => {
  expect(loadedBy(coverage)).toContain('start.tracing');
  const folder = newFolder();
  await (await start({ NODE_V8_COVERAGE: folder })).stop();
  expect(loadedBy(folder)).toContain('main.js');
  expect(loadedBy(folder)).not.toContain('start.tracing');
});
