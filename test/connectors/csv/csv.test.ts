import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cursor, ReadQuery } from '../../../src/connectors/contract/connector.types.ts';
import { csv } from '../../../src/connectors/csv/csv.connector.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import type { HttpClient } from '../../../src/connectors/http/http.types.ts';
import { describeConnectorContract } from '../contract/connector.contract.ts';
import { FULL, LIVE, readAll } from '../contract/connector.pagination.ts';
import { CUSTOMER_SETTINGS, clientOf, customersFile, FileServer, newClients, openCsv } from './csv.support.ts';

const etag = (file: string | Buffer) => ({ etag: `"${createHash('sha1').update(file).digest('hex')}"` });

describeConnectorContract('csv', async () => {
  const [server, clients] = [await FileServer.start(), newClients()];
  server.file = `${customersFile(60)}61,broken row\n,no@example.test,No id,Bern\n7,twice@example.test,Twice,Bern\n`;
  return {
    connector: csv,
    entity: 'customer',
    open: (http: HttpClient = clientOf(clients)) => openCsv(server.url, http),
    expectedIds: () => [...Array.from({ length: 61 }, (_, i) => String(i + 1)), 'row:63', 'row:64'],
    change: () => {
      server.file = String(server.file).replace('p42@', 'changed@');
      return '42';
    },
    close: async () => {
      await Promise.all([server.close(), clients.close()]);
    },
  };
});

describe('A CSV file', () => {
  const clients = newClients();
  let server: FileServer;
  beforeAll(async () => {
    server = await FileServer.start();
  });
  beforeEach(() => {
    server.headers = etag;
    server.requests.length = 0;
  });
  afterAll(async () => {
    await Promise.all([server.close(), clients.close()]);
  });
  const open = (settings: Readonly<Record<string, unknown>> = CUSTOMER_SETTINGS) =>
    openCsv(server.url, clientOf(clients), settings);
  const read = (session = open(), cursor: Cursor | null = null, pageSize = 10) =>
    session.read('customer', FULL, { cursor, pageSize }, LIVE);

  it('with a byte order mark, quotes, blank rows and rows of every line ending is read cell by cell', async () => {
    server.file =
      '\uFEFFNumber;E-mail;Name;Town\r\n1;a@x.test;"Says ""hi"";\nand more";  Genève \r\n;;;\r\n\n2;;5" pipe;\r3;c@x.test;C;Bern';
    const settings = { ...CUSTOMER_SETTINGS, delimiter: 'semicolon' };
    expect((await read(open(settings))).items).toEqual([
      { external_id: '1', data: { email: 'a@x.test', name: 'Says "hi";\nand more', billing: { city: 'Genève' } } },
      { external_id: '2', data: { email: null, name: '5" pipe', billing: { city: null } } },
      { external_id: '3', data: { email: 'c@x.test', name: 'C', billing: { city: 'Bern' } } },
    ]);
    expect(await open(settings).count('customer', FULL, LIVE)).toBe(3);
  });

  it('names the row of every item that it cannot map', async () => {
    server.file = 'Number,E-mail,Name,Town\n1,a,A\n,b,B,X\n2,c,C,X\n2,d,D,X\n';
    const { items } = await read();
    expect(items.map(({ external_id, problem }) => [external_id, problem?.error_class, problem?.message])).toEqual([
      ['1', 'wrong_cell_count', 'Row 2: 3 cells, where the header has 4.'],
      ['row:3', 'no_id', 'Row 3: it needs an id of 1 to 200 characters.'],
      ['2', undefined, undefined],
      ['row:5', 'duplicate_id', 'Row 5: row 4 has the same id and was used.'],
    ]);
    expect(items[3]?.raw).toEqual({ Number: '2', 'E-mail': 'd', Name: 'D', Town: 'X' });
    expect((await open().check(LIVE)).warnings).toEqual(['2 of 4 rows have no id, or the id of an earlier row.']);
  });

  it('that is not UTF-8 is reported by row, and UTF-16 for the whole file', async () => {
    server.file = Buffer.concat([Buffer.from('Number,E-mail,Name,Town\n1,a,B'), Buffer.of(0xfc), Buffer.from('r,X\n')]);
    expect((await read()).items).toMatchObject([
      { external_id: '1', data: null, problem: { error_class: 'not_utf8' } },
    ]);
    server.file = Buffer.from('\uFEFFNumber,E-mail,Name,Town\n', 'utf16le');
    await expect(open().check(LIVE)).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('UTF-16'),
    });
  });

  it('whose header lacks a column is refused, with the columns that there are', async () => {
    server.file = 'Number,Mail,Name,Name\n';
    const columns = { email: 'E-mail', name: 'Name', age: 'Age' };
    await expect(open({ ...CUSTOMER_SETTINGS, columns }).check(LIVE)).rejects.toMatchObject({
      kind: 'rejected',
      message:
        'The settings do not fit the file: there is no column "E-mail" for email; there is more than one column "Name"; ' +
        'the member age of a customer cannot be mapped to a column. Its columns: "Number", "Mail", "Name", "Name".',
    });
  });

  it('with a quote that is never closed fails in that row, and does not say what else is gone', async () => {
    server.file = 'Number,E-mail,Name,Town\n1,a,A,X\n2,b,"B,X\n3,c,C,X\n';
    const wrong = { problem: { error_class: 'invalid_quotes', message: expect.stringMatching(/^Row \d/) } };
    expect((await read()).items).toMatchObject([
      { external_id: '1' },
      { external_id: '2', ...wrong },
      { external_id: '3' },
    ]);
    const gone = (ids: string[]) => open().readByIds('customer', ids, LIVE);
    expect(await gone(['2', '4'])).toMatchObject([{ external_id: '2', ...wrong }]);
    for (const hidden of ['"2,b,B,X\n3,c,C,X\n', '2,b,"B,X\n']) {
      server.file = `Number,E-mail,Name,Town\n1,a,A,X\n${hidden}`;
      expect(await gone(['1', '4'])).toMatchObject([
        { external_id: '1', data: {} },
        { external_id: '4', ...wrong },
      ]);
    }
  });

  it.each([
    ['a header that does not end', 'Number,"E-mail,Name,Town\n1,a,A,X\n', 'Row 1 does not end'],
    ['nothing in it', '', 'The file is empty.'],
  ])('with %s may be one that is still being written', async (_name, file, message) => {
    server.file = file;
    await expect(open().check(LIVE)).rejects.toMatchObject({
      kind: 'protocol',
      transient: true,
      message: expect.stringContaining(message),
    });
  });

  it('that is too large is refused for good', async () => {
    const small = new HttpClients({ maxResponseBytes: 1_000 });
    server.file = customersFile(100);
    await expect(openCsv(server.url, clientOf(small)).check(LIVE)).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('too large'),
    });
    await small.close();
  });

  it('is downloaded once for a whole read, and only when it changed after that', async () => {
    server.file = customersFile(100);
    const session = open();
    await readAll(session, 'customer', FULL, 7);
    const before = await session.changeToken('customer', FULL, LIVE);
    server.file = customersFile(101);
    expect(await session.changeToken('customer', FULL, LIVE)).not.toBe(before);
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      etag(customersFile(100)).etag,
      etag(customersFile(100)).etag,
    ]);
  });

  it('is asked for by its time only when that is a while ago', async () => {
    const modified = 'Mon, 01 Jun 2026 10:00:00 GMT';
    server.file = customersFile(1);
    for (const [date, sent] of [
      ['Mon, 01 Jun 2026 10:00:01 GMT', undefined],
      ['Mon, 01 Jun 2026 10:00:02 GMT', modified],
    ]) {
      server.headers = () => ({ date: date as string, 'last-modified': modified });
      const session = open();
      await session.check(LIVE);
      await session.check(LIVE);
      expect(server.requests.at(-1)?.headers['if-modified-since']).toBe(sent);
    }
  });

  it('that changes during a read is read again from the start', async () => {
    server.file = customersFile(30);
    const first = await read();
    server.file = customersFile(30).replace('1,p1@example.test', '0,p0@example.test,Zero,X\n1,p1@example.test');
    const again = await read(open(), first.next);
    expect(again.items.map(({ external_id }) => external_id)).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
    ]);
    expect(again.total).toBe(31);
  });

  it('that the last incremental sync has read is not read again, unless its columns map to other members', async () => {
    server.file = customersFile(30);
    const { pages } = await readAll(open(), 'customer');
    const query: ReadQuery = { mode: 'incremental', since: pages.at(-1)?.watermark ?? null, filters: {} };
    expect((await readAll(open(), 'customer', query)).items).toEqual([]);
    expect(await open().count('customer', query, LIVE)).toBe(0);
    const other = { ...CUSTOMER_SETTINGS, columns: { email: 'E-mail' } };
    expect((await readAll(open(other), 'customer', query)).items).toHaveLength(30);
  });

  it('has rows of one kind, and sends its password to the server only', async () => {
    server.file = customersFile(1);
    await expect(open().count('product', FULL, LIVE)).rejects.toMatchObject({ kind: 'rejected' });
    const credentials = { username: 'u', password: 'p:1' };
    const connection = { id: 'c', base_url: server.url, credentials, settings: CUSTOMER_SETTINGS };
    await csv.open({ connection, http: clientOf(clients) }).check(LIVE);
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('u:p:1').toString('base64')}`);
  });
});
