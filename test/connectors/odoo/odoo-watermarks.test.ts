import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorSession, ReadQuery, Watermark } from '../../../src/connectors/contract/connector.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import type { HttpClient } from '../../../src/connectors/http/http.types.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';

const { signal } = new AbortController();
const FULL: ReadQuery = { mode: 'full', since: null, filters: {} };
const MINUTE = 60_000;

describe.each([18, 19] as const)('The next incremental sync of an Odoo %s', (version) => {
  const clients = new HttpClients({ baseWaitMs: 1, maxBackoffMs: 5 });
  let server: OdooSandbox;
  let clock = Date.parse('2026-05-01T10:00:00Z');
  beforeAll(async () => {
    server = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0, now: () => clock });
  });
  afterAll(async () => {
    await clients.close();
    await server.stop();
  });

  /** A server, or a proxy, whose Date header is `date`. */
  function open(date: () => string | undefined): ConnectorSession {
    const { url, database, username, apiKey } = server;
    const real = clients.for(`watermarks ${version}`, { allowHttp: true, allowPrivateAddresses: true });
    const http: HttpClient = {
      async send(request) {
        const response = await real.send(request);
        const { date: _own, ...headers } = response.headers;
        const said = date();
        return { ...response, headers: said === undefined ? headers : { ...headers, date: said } };
      },
    };
    const credentials = { database, username, api_key: apiKey };
    return odoo.open({ connection: { id: 'c', base_url: url, credentials, settings: {} }, http });
  }

  async function readAll(
    session: ConnectorSession,
    query: ReadQuery,
  ): Promise<{ ids: string[]; watermark: Watermark }> {
    const ids: string[] = [];
    for (let cursor = null; ; ) {
      const page = await session.read('customer', query, { cursor, pageSize: 10 }, signal);
      ids.push(...page.items.map(({ external_id }) => external_id));
      if (page.next === null) return { ids, watermark: page.watermark ?? {} };
      cursor = page.next as never;
    }
  }

  const utc = (ms: number) => new Date(ms).toUTCString();
  const cached = utc(clock);
  it.each([
    ['right', () => utc(clock)],
    ['ten minutes ahead', () => utc(clock + 10 * MINUTE)],
    ['a day ahead', () => utc(clock + 1440 * MINUTE)],
    ['ten minutes behind', () => utc(clock - 10 * MINUTE)],
    ['absent', () => undefined],
    ['no date', () => 'soon'],
    ['of a cached answer', () => cached],
  ])('finds a change of a second later when the Date header is %s', async (_what, date) => {
    clock += 20 * MINUTE;
    const id = server.admin.create('res.partner', { name: 'Ada', customer_rank: 1 });
    const session = open(date);
    const { watermark } = await readAll(session, FULL);
    clock += 1_000;
    server.admin.write('res.partner', [id], { city: 'Basel' });
    const since = { mode: 'incremental', since: watermark, filters: {} } as const;
    const next = await readAll(session, since);
    expect(next.ids).toContain(String(id));
    // Much later, what is old is not read for ever, unless the header stands still.
    clock += 20 * MINUTE;
    const made = server.admin.create('res.partner', { name: 'Ben', customer_rank: 1 });
    const later = await readAll(session, { ...since, since: next.watermark });
    expect(later.ids).toContain(String(made));
  });
});
