import { afterAll, beforeAll, expect, it } from 'vitest';
import { CUSTOMER_SETTINGS, customersFile, FileServer } from '../connectors/csv/csv.support.ts';
import { sql } from '../support/test-database.ts';
import { RunsFixture } from './runs.support.ts';

const ORG = 'org-csv';
let fixture: RunsFixture;
let server: FileServer;
beforeAll(async () => {
  server = await FileServer.start();
  fixture = await RunsFixture.start();
});
afterAll(async () => {
  await fixture?.close();
  await server?.close();
});

async function connect(settings: object): Promise<string> {
  const { status, body } = await fixture.call(ORG, 'POST', '/connections', {
    ...{ name: `file ${JSON.stringify(settings)}`, system: 'csv', base_url: server.url, credentials: {} },
    settings: { allow_http: true, ...settings },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}

it('a file is kept as records: its bad row fails, a second run changes nothing, a row that is gone is a deletion', async () => {
  const id = await connect(CUSTOMER_SETTINGS);
  server.file = `${customersFile(250)}251,cut off\n`;
  const run = await fixture.run(ORG, { source_connection_id: id });
  expect(run.counts).toEqual({ created: 250, failed: 1 });
  expect(run.progress).toMatchObject({
    ...{ status: 'completed_with_errors', source_system: 'csv' },
    ...{ total_items: 251, processed_count: 250, failed_count: 1 },
  });
  const { body: failed } = await fixture.call(ORG, 'GET', `/progress/${run.sync_id}/items`);
  expect(failed.items).toEqual([
    expect.objectContaining({
      external_id: '251',
      error_class: 'wrong_cell_count',
      message: 'Row 252: 2 cells, where the header has 4.',
    }),
  ]);

  expect((await fixture.run(ORG, { source_connection_id: id })).counts).toEqual({ unchanged: 250, failed: 1 });

  server.file = customersFile(250)
    .replace(/^17,.*\n/m, '')
    .replace('p42@', 'changed@');
  const third = await fixture.run(ORG, { source_connection_id: id });
  expect(third.counts).toEqual({ updated: 1, unchanged: 248, deleted: 1 });
  expect(third.progress).toMatchObject({ status: 'completed', failed_count: 0 });
  const records = await sql(
    fixture.service.database.superuserUrl,
    `SELECT external_id, data, deleted_at IS NOT NULL AS deleted FROM sync_records
      WHERE connection_id = $1 AND external_id IN ('17', '42') ORDER BY external_id`,
    [id],
  );
  expect(records).toEqual([
    expect.objectContaining({ external_id: '17', deleted: true }),
    {
      external_id: '42',
      data: { email: 'changed@example.test', name: 'Person, 42', billing: { city: 'Zürich' } },
      deleted: false,
    },
  ]);
});

it('missing settings are asked for, and the check reports settings that do not fit the file', async () => {
  const body = {
    name: 'no settings',
    system: 'csv',
    base_url: server.url,
    credentials: {},
    settings: { allow_http: true },
  };
  const refused = await fixture.call(ORG, 'POST', '/connections', body);
  expect(refused.status).toBe(422);
  expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '#/settings/entity_type',
    '#/settings/id_column',
    '#/settings/columns',
  ]);
  const id = await connect({ ...CUSTOMER_SETTINGS, id_column: 'Id' });
  const { body: check } = await fixture.call(ORG, 'POST', `/connections/${id}/check`);
  expect(check).toMatchObject({
    error: { kind: 'rejected', message: expect.stringContaining('no column "Id" for the id') },
  });
});

it('a file is never a destination', async () => {
  const from = await fixture.connect(ORG, 'shop-csv');
  const id = await connect({ ...CUSTOMER_SETTINGS, delimiter: 'comma' });
  const run = {
    source_connection_id: from.id,
    destination: { connection_id: id },
    entity_type: 'customer',
    mode: 'full',
  };
  const { status, body } = await fixture.call(ORG, 'POST', '/runs', run);
  expect([status, body.errors]).toEqual([
    422,
    [{ pointer: '#/destination', detail: 'cannot be written to csv: customer' }],
  ]);
});
