import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeartbeatTask } from '../../src/alerts/heartbeat.task.ts';
import { TaskRunner } from '../../src/jobs/task.runner.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let calls = 0;
let status = 200;
const monitor = createServer((_request, response) => {
  calls += 1;
  response.writeHead(status).end();
});
let service: TestService;
beforeAll(async () => {
  await new Promise<void>((done) => monitor.listen(0, '127.0.0.1', done));
  const { port } = monitor.address() as AddressInfo;
  service = await startTestService({ SYNC_HEARTBEAT_URL: `http://127.0.0.1:${port}/beat`, SYNC_WORKER: 'on' });
  await service.app.get(TaskRunner).wake();
});
afterAll(async () => {
  await service.close();
  monitor.close();
});
beforeEach(() => {
  calls = 0;
  status = 200;
});
const admin = (text: string) => sql(service.database.superuserUrl, text);
/** As if the task's turn had come. */
const turn = async () => {
  await admin(`UPDATE app.scheduled_tasks SET started_at = now() - interval '1 hour' WHERE name = 'alert-heartbeat'`);
  await service.app.get(TaskRunner).wake();
  // A wake that had begun before may have passed the task already.
  await service.app.get(TaskRunner).wake();
};
const health = () => send(service, '/health/alerting', {});

describe('The heartbeat', () => {
  it('calls the monitor once a turn while rules are evaluated, and health says so', async () => {
    await turn();
    expect(calls).toBe(1);
    const { status: code, body } = await health();
    expect({ code, body }).toEqual({ code: 200, body: { status: 'ok', alive_at: expect.any(String) } });
  });

  it('is silent when evaluations are overdue, until they are done', async () => {
    await admin(
      `INSERT INTO sync_alert_turns (org_id, due_at, claimed_until) VALUES ('org-dead', now() - interval '1 hour', 'infinity')`,
    );
    await turn();
    expect(calls).toBe(0);
    expect((await health()).status).toBe(503);
    expect((await send(service, '/metrics', {})).text).toMatch(/^sync_alert_lag_seconds 36\d\d/m);
    await admin(`DELETE FROM sync_alert_turns`);
    await turn();
    expect(calls).toBe(1);
    expect((await health()).status).toBe(200);
  });

  it('counts a signal that nobody reads', async () => {
    await admin(
      `INSERT INTO sync_alert_turns (org_id, due_at, claimed_until) VALUES ('org-deaf', now() + interval '1 hour', 'infinity')`,
    );
    await admin(
      `INSERT INTO sync_alert_signals (org_id, sync_id, created_at) VALUES ('org-deaf', 'a', now() - interval '1 hour')`,
    );
    await expect(service.app.get(HeartbeatTask).beat()).rejects.toThrow('overdue by 3600 seconds');
    await admin(`DELETE FROM sync_alert_turns`);
    await expect(service.app.get(HeartbeatTask).beat()).resolves.toBe(0);
  });

  it('has failed when the monitor refuses it, and when no worker has run it for minutes', async () => {
    status = 500;
    await turn();
    expect((await health()).status).toBe(503);
    status = 200;
    await turn();
    expect((await health()).status).toBe(200);
    await admin(
      `UPDATE app.scheduled_tasks SET finished_at = now() - interval '6 minutes' WHERE name = 'alert-heartbeat'`,
    );
    expect((await health()).body.detail).toContain('for 360 seconds');
  });
});
