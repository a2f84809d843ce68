import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

const JWT_SECRET = 'a-shared-secret-for-tests-of-the-stop';
const STOPPED_MS = 30_000;

let database: TestDatabase;
let authorization: string;

beforeAll(async () => {
  database = await createTestDatabase();
  authorization = `Bearer ${await token('org-1', {}, JWT_SECRET)}`;
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

const start = (variables: Record<string, string> = {}) =>
  ServiceProcess.start({
    DATABASE_URL: database.appUrl,
    SYNC_JWT_SECRET: JWT_SECRET,
    LOG_LEVEL: 'error',
    ...variables,
  });

async function openSocket(service: ServiceProcess, text: string): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

async function stopInTime(service: ServiceProcess): Promise<void> {
  const since = performance.now();
  const { code, signal } = await service.stop();
  expect({ code, signal, inTime: performance.now() - since < STOPPED_MS }).toEqual({
    code: 0,
    signal: null,
    inTime: true,
  });
}

describe('SIGTERM ends the service within 30 seconds whatever hangs', () => {
  it('half a body, and an export that nobody reads any more, while others are answered', async () => {
    await sql(
      database.superuserUrl,
      `INSERT INTO sync_activity_log (org_id, activity_type, status, details)
       SELECT 'org-1', 'imported', 'completed', jsonb_build_object('text', repeat('x', 2000)) FROM generate_series(1, 20000)`,
    );
    const service = await start();
    const half = await openSocket(
      service,
      `POST /api/sync/progress HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"half`,
    );
    const stalled = await openSocket(
      service,
      `GET /api/sync/activity/export?days=1 HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await once(stalled, 'readable');
    stalled.pause();
    const slow = fetch(`${service.url}/api/sync/activity`, { headers: { authorization } });
    await stopInTime(service);
    expect((await slow).status).toBe(200);
    half.destroy();
    stalled.destroy();
  });
});

describe('a rolling restart', () => {
  it('says so first: readiness is 503 and responses carry Connection: close before idle connections end', async () => {
    const service = await start({ SYNC_DRAIN_SECONDS: '3' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = async (path: string) => {
      const sent = request(service.url + path, { agent, headers: { authorization } }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      await once(response, 'end');
      return { status: response.statusCode, connection: response.headers.connection };
    };
    const idle = await openSocket(service, '');
    expect(await get('/api/sync/progress')).toEqual({ status: 200, connection: 'keep-alive' });
    const ended = service.stop();
    await waitFor('readiness says no', async () => (await get('/health/ready')).status === 503);
    expect(await get('/api/sync/progress')).toEqual({ status: 200, connection: 'close' });
    expect((await ended).code).toBe(0);
    idle.destroy();
    agent.destroy();
  });

  it('resets nobody who sends on open connections all the while, and goes elsewhere when told to', async () => {
    const service = await start({ SYNC_DRAIN_SECONDS: '3' });
    const outcomes: string[] = [];
    const callers = Array.from({ length: 16 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let isTold = false; !isTold; ) {
        const sent = request(`${service.url}/health/live`, { agent }).end();
        try {
          const [response] = await once(sent, 'response');
          await once(response.resume(), 'end');
          outcomes.push(String(response.statusCode));
          isTold = response.headers.connection === 'close';
        } catch (error) {
          outcomes.push((error as NodeJS.ErrnoException).code ?? String(error));
          isTold = true;
        }
      }
      agent.destroy();
    });
    await waitFor('they are under way', () => outcomes.length > 200);
    await stopInTime(service);
    await Promise.all(callers);
    expect(new Set(outcomes)).toEqual(new Set(['200']));
  });
});
