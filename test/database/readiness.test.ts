import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const ready = async () => (await fetch(`${service.url}/health/ready`)).status;

describe('GET /health/ready', () => {
  it('responds with 200 on a database of this version', async () => {
    expect(await ready()).toBe(200);
  });

  it('still responds with 200 while a newer version changes the functions during a rolling deploy', async () => {
    await sql(service.database.ownerUrl, `UPDATE app.sql_files SET sha256 = 'newer' WHERE name = 'runs/sql/lease.sql'`);
    expect(await ready()).toBe(200);
  });

  it.each([
    ['an SQL file', `DELETE FROM app.sql_files WHERE name = 'runs/sql/lease.sql'`],
    ['a migration', 'DELETE FROM sync_migrations WHERE id = (SELECT max(id) FROM sync_migrations)'],
  ])('responds with 503 when %s of this version was never applied', async (_what, removal) => {
    await sql(service.database.ownerUrl, removal);
    expect(await ready()).toBe(503);
  });
});
