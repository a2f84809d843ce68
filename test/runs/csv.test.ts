import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CUSTOMER_SETTINGS, customersFile, FileServer } from '../connectors/csv/csv.support.ts';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';

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
    ...{ name: `file ${randomUUID()}`, system: 'csv', base_url: server.url, credentials: {} },
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

const PRODUCT_SETTINGS = {
  entity_type: 'product',
  id_column: 'ID',
  columns: { sku: 'SKU', name: 'Name', price: 'Price', stock: 'Stock' },
};

/** A run of the file into the records: its counts, the records and the failed items by id, and the check before it. */
async function kept(file: string, settings: object = PRODUCT_SETTINGS) {
  server.file = file;
  const id = await connect(settings);
  const { body: check } = await fixture.call(ORG, 'POST', `/connections/${id}/check`);
  const entity_type = (settings as { entity_type: string }).entity_type;
  const run = await fixture.run(ORG, { source_connection_id: id, entity_type });
  const query = 'SELECT external_id, data FROM sync_records WHERE connection_id = $1 ORDER BY external_id';
  const rows = await sql<Json>(fixture.service.database.superuserUrl, query, [id]);
  const { body: items } = await fixture.call(ORG, 'GET', `/progress/${run.sync_id}/items`);
  return {
    ...{ id, check, counts: run.counts, status: run.progress.status },
    records: Object.fromEntries(rows.map(({ external_id, data }) => [external_id, data])),
    failed: Object.fromEntries(items.items.map((item: Json) => [item.external_id, item])),
  };
}

it('The apostrophe that exporters put before = + - @ is taken off', async () => {
  const { records, counts } = await kept(
    "ID,SKU,Name,Price,Stock\n1,'-S1,'+10% Extra Lamp,12.50,'-5\n2,S2,'=Equal,9,3\n3,S3,'@home,9,3\n4,S4,'tis fine,9,3\n5,S5,\"'\nnext, 'quoted'\",9,3\n",
  );
  expect(counts).toEqual({ created: 5 });
  expect(records).toEqual({
    1: { sku: '-S1', name: '+10% Extra Lamp', price: '12.5', stock: '-5' },
    2: { sku: 'S2', name: '=Equal', price: '9', stock: '3' },
    3: { sku: 'S3', name: '@home', price: '9', stock: '3' },
    4: { sku: 'S4', name: "'tis fine", price: '9', stock: '3' },
    5: { sku: 'S5', name: "next, 'quoted'", price: '9', stock: '3' },
  });
  const customers = {
    entity_type: 'customer',
    id_column: 'ID',
    columns: { email: 'Mail', phone: 'Phone', name: 'Name' },
  };
  const people = await kept("ID,Mail,Phone,Name\n1,ada@shop.example,'+41 31 555 01 01,Ada\n", customers);
  expect(people.records).toEqual({ 1: { email: 'ada@shop.example', phone: '+41 31 555 01 01', name: 'Ada' } });
});

it("Quotes that are not doubled are that row's problem or read right", async () => {
  const rows = ['1,S1,"5" pipe",5,6', '2,S2,5" pipe,7,8', '3,S3,"Lamp 5\\" big",5,6', '4,S4,"TV 40\\", black",7,8'];
  const more = [
    '5,S5,"x",9,1',
    '6,S6, "Lamp", 9,1',
    '7,S7,"C:\\",9,1',
    '8,S8,"""Big"" lamp",9,1',
    '9,S9,"a\nb" c",9,1',
    '10,S10,"y",9,1',
  ];
  for (const end of ['\n', '\r\n', '\r']) {
    const { records, failed } = await kept(['ID,SKU,Name,Price,Stock', ...rows, ...more, ''].join(end));
    const names = Object.fromEntries(Object.entries(records).map(([id, data]) => [id, (data as Json).name]));
    expect(names).toEqual({
      ...{ 1: '5" pipe', 2: '5" pipe', 3: 'Lamp 5" big', 4: 'TV 40", black', 5: 'x', 6: 'Lamp', 7: 'C:\\' },
      ...{ 8: '"Big" lamp', 10: 'y' },
    });
    expect(failed).toEqual({
      9: expect.objectContaining({ error_class: 'invalid_quotes', message: expect.stringMatching(/^Row 10: /) }),
    });
  }
});

it("Excel's first line `sep=;` is understood", async () => {
  for (const [mark, end] of [
    ['', '\n'],
    ['\uFEFF', '\r\n'],
    ['', '\r'],
  ] as const)
    for (const delimiter of ['semicolon', undefined]) {
      const settings = { ...PRODUCT_SETTINGS, decimal_mark: 'comma', ...(delimiter && { delimiter }) };
      const { check, records, counts } = await kept(
        `${mark}${['sep=;', 'ID;SKU;Name;Price;Stock', '1;S1;Lamp;12,50;5', ''].join(end)}`,
        settings,
      );
      expect(check).toMatchObject({ ok: true });
      expect(counts).toEqual({ created: 1 });
      expect(records).toEqual({ 1: { sku: 'S1', name: 'Lamp', price: '12.5', stock: '5' } });
    }
  server.file = 'sep=;\nID;SKU;Name;Price;Stock\n1;S1;Lamp;12,50;5\n';
  const id = await connect({ ...PRODUCT_SETTINGS, delimiter: 'tab' });
  const { body } = await fixture.call(ORG, 'POST', `/connections/${id}/check`);
  expect(body).toMatchObject({ ok: false, error: { kind: 'rejected', message: expect.stringMatching(/sep=;.*tab/) } });
});

it('Published −1 of an export is a draft, not a bad row', async () => {
  const settings = {
    ...PRODUCT_SETTINGS,
    columns: { sku: 'SKU', name: 'Name', published: 'Published', price: 'Price' },
  };
  const { records, counts } = await kept(
    "ID,SKU,Name,Published,Price\n1,S1,a,1,5\n2,S2,b,-1,5\n3,S3,c,0,5\n4,S4,d,,5\n5,S5,e,'-1,5\n6,S6,f,visible,5\n",
    settings,
  );
  expect(counts).toEqual({ created: 6 });
  const published = Object.values(records).map((data) => (data as Json).published);
  expect(published).toEqual([true, false, false, undefined, false, true]);
});

it("A cell over 256 KiB is that row's problem", async () => {
  const long = 'x'.repeat(307_200);
  const file = `ID,SKU,Name,Price,Stock\n1,S1,Lamp,5,6\n2,S2,"${long}",5,6\n3,S3,Chair,5,6\n`;
  const { check, counts, status, records, failed } = await kept(file);
  expect(check).toMatchObject({ ok: true });
  expect([counts, status]).toEqual([{ created: 2, failed: 1 }, 'completed_with_errors']);
  expect(Object.keys(records)).toEqual(['1', '3']);
  expect(failed).toMatchObject({
    2: { error_class: 'too_long', message: 'Row 3: Name has 307200 characters, more than 262144.' },
  });
});

it('a row whose quote is never closed fails alone, and what it hides is not deleted', async () => {
  const first = ['ID,SKU,Name,Price,Stock', ...[1, 2, 3, 4].map((n) => `${n},S${n},"Lamp ${n}",5,6`), ''].join('\n');
  const { id } = await kept(first);
  server.file = first.replace('3,S3,"Lamp 3"', '"3,S3,Lamp 3');
  const run = await fixture.run(ORG, { source_connection_id: id, entity_type: 'product' });
  expect(run.counts).toEqual({ unchanged: 3, failed: 1 });
  const query = 'SELECT 1 FROM sync_records WHERE connection_id = $1 AND deleted_at IS NOT NULL';
  expect(await sql(fixture.service.database.superuserUrl, query, [id])).toEqual([]);
});
