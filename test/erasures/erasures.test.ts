import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erasePage, STORES } from '../../src/erasures/erased.stores.ts';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { takeTurns } from '../support/maintenance.support.ts';
import { sql } from '../support/test-database.ts';

const EMPTY = { customers: 0, products: 0, orders: 0, badRate: 0 };
const ADA = 'ada@shop.example';
const GUEST = 'gil@shop.example';
/** Whose address only looks like hers. */
const LADA = 'lada@shop.example';
const ORG = newOrgName();
const OTHERS = newOrgName();

let fixture: RunsFixture;
let shop: WooCommerceSandbox;
let odoo: OdooSandbox;
const connections: Record<string, { source: string; destination: string }> = {};
beforeAll(async () => {
  fixture = await RunsFixture.start();
  shop = await startWooCommerceSandbox(EMPTY);
  odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
  for (const [email, last_name] of [
    [ADA, 'Lovelace'],
    [LADA, 'Niva'],
  ] as const) {
    const billing = { email, first_name: 'Any', last_name, phone: '+44 1', address_1: `${last_name} Street 1` };
    const { id } = shop.admin.createCustomer({ email, first_name: 'Any', last_name, billing });
    shop.admin.createOrder({ customer_id: id, billing, status: 'processing', line_items: [] });
  }
  const billing = { email: GUEST, first_name: 'Gil', last_name: 'Bates' };
  shop.admin.createOrder({ billing, status: 'processing', line_items: [] });
  for (const org of [ORG, OTHERS]) await fill(org);
}, 240_000);
afterAll(() => Promise.all([fixture.close(), shop.stop(), odoo.stop()]));

const post = (org: string, path: string, body: object, headers = {}) => send('POST', org, path, body, headers);
const put = (org: string, path: string, body: object) => send('PUT', org, path, body);
const send = async (method: string, org: string, path: string, body: object, headers = {}): Promise<Json> => {
  const response = await fixture.call(org, method, path, body, headers);
  expect([response.status, response.body]).toEqual([expect.toSatisfy((status) => status < 300), expect.anything()]);
  return response.body;
};

/** Both persons in everything that is stored. */
async function fill(org: string): Promise<void> {
  const source = await fixture.connectShop(org, shop);
  const destination = await fixture.connectOdoo(org, odoo);
  connections[org] = { source, destination };
  await post(org, '/webhook-endpoints', {
    url: 'https://receiver.example/hook',
    events: ['item.failed', 'record.changed'],
  });
  for (const entity_type of ['customer', 'order'])
    for (const to of [{ connection_id: destination }, 'records'])
      await fixture.run(org, { source_connection_id: source, destination: to, entity_type }, 60_000);
  const preview = {
    source_connection_id: source,
    destination: { connection_id: destination },
    entity_type: 'customer',
  };
  shop.admin.updateCustomer(
    shop
      .state()
      .customers()
      .find(({ email }) => email === ADA)?.id as number,
    { first_name: org.slice(-4) },
  );
  const { sync_id } = await post(org, `/connections/${source}/preview`, {
    destination: { connection_id: destination },
    entity_type: 'customer',
  });
  await fixture.ended(org, sync_id);
  await fixture.run(org, preview, 60_000);
  await post(org, '/activity', {
    ...{ activity_type: 'batch_process', status: 'failed', error_message: `No mail to ${ADA} or ${LADA}` },
    details: { note: `line\n${ADA}` },
  });
  await put(org, '/previews', {
    ...{ sync_type: 'woocommerce', entity_type: 'customer', delta_data: { create: [ADA, LADA] } },
  });
  await post(
    org,
    '/progress',
    { sync_id: `sync-${org}`, entity_type: 'customer', source_system: 'woocommerce', checkpoint: { last: ADA } },
    { 'idempotency-key': `key-${org}` },
  );
  await post(org, `/progress/sync-${org}/fail`, { error_message: `Refused by ${ADA.toUpperCase()}` });
  // Without the address: by the name that the shop's record has, the street, and about the customer's id.
  const { id, first_name } = shop
    .state()
    .customers()
    .find(({ email }) => email === ADA) as { id: number; first_name: string };
  await post(org, '/progress', { sync_id: `named-${org}`, entity_type: 'customer', source_system: 'woocommerce' });
  await post(org, `/progress/named-${org}/fail`, {
    error_message: `The shop refused: “Lovelace, ${first_name} is blocked”`,
  });
  await sql(fixture.service.database.superuserUrl, 'UPDATE sync_progress SET waiting_reason = $2 WHERE sync_id = $1', [
    `named-${org}`,
    `${first_name} LOVELACE of Lovelace Street 1 waits. Ask Any Niva.`,
  ]);
  const error = `Lovelace has no phone but +441`;
  await post(org, '/activity', {
    ...{ activity_type: 'batch_process', status: 'failed', entity_type: 'customer', error_message: error },
    details: { item: id, error },
  });
  await sql(
    fixture.service.database.superuserUrl,
    `UPDATE sync_connections SET last_error = $2, warnings = jsonb_build_array($2::text), checks = jsonb_build_array(jsonb_build_object('message', $2::text))
      WHERE org_id = $1`,
    [org, `The shop refused: “${first_name} Lovelace is blocked”`],
  );
  // What a system says, as the service stores it: the address is not all that it says of the person.
  await post(org, '/progress', { sync_id: `quoted-${org}`, entity_type: 'customer', source_system: 'woocommerce' });
  await post(org, `/progress/quoted-${org}/fail`, {
    error_message: `The shop refused: “Ada Lovelace, ${ADA}, of "12 St James", is known”, “${ADA}” too, for ${LADA}`,
  });
}

/** Rows of all tables of an organization whose text holds it, by table; but for the memory of a run, which is cleared a minute after its end. */
async function rowsWith(org: string, text: string): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }>(
    fixture.service.database.superuserUrl,
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
      WHERE column_name = 'org_id' AND table_schema IN ('public', 'auth', 'app')
        AND table_name NOT SIMILAR TO '(sync_changes|sync_activity_log)_[0-9]%|sync_claims|sync_seen'`,
  );
  const counts = tables.map(
    ({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM ${name} AS t
                    WHERE org_id = $1 AND t::text ~* ('(^|[^a-z])' || $2)`,
  );
  const rows = await sql<{ name: string; count: number }>(
    fixture.service.database.superuserUrl,
    counts.join(' UNION ALL '),
    [org, text],
  );
  return Object.fromEntries(rows.filter(({ count }) => count > 0).map(({ name, count }) => [name, count]));
}

async function erase(org: string, asked: object): Promise<Json> {
  const { id, state } = await post(org, '/erasures', asked);
  expect(state).toBe('running');
  await takeTurns(fixture.service);
  const { body } = await fixture.call(org, 'GET', `/erasures/${id}`);
  return body;
}

describe('A person who is erased', () => {
  it('is in no row of any table of the organization any more, by address or by name, and others are in all of theirs', async () => {
    const before = {
      ada: await rowsWith(ORG, ADA),
      others: await rowsWith(OTHERS, ADA),
      lada: await rowsWith(ORG, LADA),
    };
    expect(Object.keys(before.ada)).toEqual(
      expect.arrayContaining(
        [
          ...[
            'sync_bindings',
            'sync_changes',
            'sync_preview_cache',
            'sync_preview_changes',
            'sync_progress',
            'sync_records',
          ],
          ...['idempotency_keys', 'sync_trail_persons'],
        ].map((table) => `public.${table}`),
      ),
    );
    const report = await erase(ORG, { email: 'Ada@Shop.example', reference: 'ticket 7' });
    expect(report).toMatchObject({
      state: 'completed',
      named_by: 'email',
      reference: 'ticket 7',
      passes: 2,
      remaining: 0,
    });
    // Two spellings of the address, two quotations, and what an entry about her says of her without it.
    expect(report.stores.find(({ store }: Json) => store === 'trail').erased).toBe(5);
    expect(await rowsWith(ORG, ADA)).toEqual({});
    for (const said of ['Lovelace', 'St James']) expect(await rowsWith(ORG, said)).toEqual({});
    expect((await fixture.call(ORG, 'GET', `/progress/quoted-${ORG}`)).body.error_message).toMatch(
      /^The shop refused: “erased-\w+”, “erased-\w+” too, for /,
    );
    expect((await fixture.call(ORG, 'GET', `/progress/named-${ORG}`)).body).toMatchObject({
      error_message: expect.stringMatching(/^The shop refused: “erased-\w+”$/),
      waiting_reason: expect.stringMatching(/^erased-\w+ of erased-\w+ waits. Ask Any Niva.$/),
    });
    const { source, destination } = connections[ORG] as { source: string; destination: string };
    expect(report.still_at.map(({ connection_id }: Json) => connection_id).sort()).toEqual(
      [source, destination].sort(),
    );
    expect(await rowsWith(OTHERS, ADA)).toEqual(before.others);
    // The stored preview that named both is gone as a whole.
    const { 'public.sync_preview_cache': _, ...lada } = before.lada;
    expect(await rowsWith(ORG, LADA)).toEqual(lada);
  });

  it('leaves a trail that is whole, tells of the erasure, and names nobody', async () => {
    await sql(fixture.service.database.superuserUrl, 'SELECT app.seal_entries($1)', [ORG]);
    expect((await fixture.call(ORG, 'GET', '/activity/verify')).body).toMatchObject({
      valid: true,
      unsealed_entries: 0,
    });
    const { items } = (await fixture.call(ORG, 'GET', '/activity?limit=500')).body;
    expect(items.map(({ activity_type }: Json) => activity_type)).toEqual(
      expect.arrayContaining(['erasure_requested', 'erasure_completed']),
    );
    expect(JSON.stringify(items)).not.toContain(`"${ADA}`);
    expect(JSON.stringify(items)).toContain(LADA);
  });

  it('is told to readers of changes as a deleted record, and of an order the goods and amounts stay', async () => {
    const { items } = (await fixture.call(ORG, 'GET', '/records?limit=100')).body;
    const id = String(
      shop
        .state()
        .customers()
        .find(({ email }) => email === ADA)?.id,
    );
    const customer = items.find(
      ({ external_id, entity_type }: Json) => entity_type === 'customer' && external_id === id,
    );
    expect([customer.deleted_at, customer.data.email]).toEqual([expect.any(String), undefined]);
    const order = items.find(({ data }: Json) => data.customer?.external_id === id);
    expect(order).toMatchObject({ deleted_at: null, data: { total: expect.any(String) } });
    expect([order.data.billing, order.data.customer]).toEqual([undefined, { external_id: id }]);
  });

  it('is read again by the next sync while the shop has them, without a second entry in the Odoo', async () => {
    const partners = () => odoo.admin.search('res.partner', [['email', '=', ADA]]).length;
    expect(partners()).toBe(1);
    const { source, destination } = connections[ORG] as { source: string; destination: string };
    const ends = { source_connection_id: source, destination: { connection_id: destination } };
    for (const entity_type of ['customer', 'order'])
      expect((await fixture.run(ORG, { ...ends, entity_type }, 60_000)).progress.status).toBe('completed');
    expect(partners()).toBe(1);
    expect(Object.keys(await rowsWith(ORG, ADA))).toContain('public.sync_records');
  });

  it('may be a guest, whose id is the address: then it stands nowhere as an id either, and nothing is deleted in the Odoo', async () => {
    expect(Object.keys(await rowsWith(ORG, GUEST))).toEqual(
      expect.arrayContaining(['public.sync_bindings', 'public.sync_records']),
    );
    const report = await erase(ORG, { external_id: `guest:${GUEST}` });
    expect(report).toMatchObject({ state: 'completed', named_by: 'external_id', remaining: 0 });
    expect(JSON.stringify(report)).not.toContain(GUEST);
    expect(await rowsWith(ORG, GUEST)).toEqual({});
    const { source, destination } = connections[ORG] as { source: string; destination: string };
    const ends = { source_connection_id: source, destination: { connection_id: destination }, entity_type: 'customer' };
    const { counts } = await fixture.run(ORG, ends, 60_000);
    expect(Object.keys(counts)).not.toContain('deleted');
    expect(odoo.admin.search('res.partner', [['email', '=', GUEST]])).toHaveLength(1);
  });
});

it('A buyer whom no customer record knows is erased from their orders with all that these say of them', async () => {
  const org = newOrgName();
  const source_connection_id = await fixture.connectShop(org, shop);
  await fixture.run(org, { source_connection_id, destination: 'records', entity_type: 'order' }, 60_000);
  expect(Object.keys(await rowsWith(org, 'Bates'))).toContain('public.sync_records');
  expect(await erase(org, { email: GUEST })).toMatchObject({ state: 'completed', remaining: 0 });
  for (const text of ['Bates', GUEST]) expect(await rowsWith(org, text)).toEqual({});
});

describe('A request to erase', () => {
  const asked = async (body: object, org = ORG) => {
    const { status, body: problem } = await fixture.call(org, 'POST', '/erasures', body);
    return [status, problem.type?.split(':').at(-1), problem.errors?.[0]?.pointer];
  };

  it('names one person, exactly', async () => {
    expect(await asked({})).toEqual([422, 'invalid-request', '#/email']);
    const lada = String(
      shop
        .state()
        .customers()
        .find(({ email }) => email === LADA)?.id,
    );
    const { source } = connections[ORG] as { source: string };
    expect(await asked({ email: ADA, external_id: lada, connection_id: source })).toEqual([
      422,
      'invalid-request',
      '#/email',
    ]);
    expect(await asked({ email: ADA, connection_id: source })).toEqual([422, 'invalid-request', '#/connection_id']);
    expect(await asked({ email: '%' })).toEqual([422, 'invalid-request', '#/email']);
    expect(await asked({ external_id: 'nobody' })).toEqual([404, 'not-found', undefined]);
  });

  it('by an id that two connections have is refused until it says which', async () => {
    const org = newOrgName();
    const [one, two] = [await fixture.connectShop(org, shop), await fixture.connectShop(org, shop)];
    for (const source_connection_id of [one, two])
      await fixture.run(org, { source_connection_id, destination: 'records', entity_type: 'customer' }, 60_000);
    const id = String(
      shop
        .state()
        .customers()
        .find(({ email }) => email === LADA)?.id,
    );
    expect(await asked({ external_id: id }, org)).toEqual([422, 'invalid-request', '#/connection_id']);
    expect(await asked({ external_id: id, connection_id: two }, org)).toEqual([202, undefined, undefined]);
  });

  it('waits when an organization has many at work', async () => {
    const org = newOrgName();
    const answers = [];
    for (let n = 0; n < 21; n += 1) answers.push((await asked({ email: `n${n}@x.example` }, org))[1]);
    expect(answers).toEqual([...Array.from({ length: 20 }, () => undefined), 'quota-exceeded']);
  });
});

it('The changes of an order are the person’s where the customer’s id is theirs, and not where it is somebody else’s', async () => {
  const { superuserUrl } = fixture.service.database;
  const [own, other] = [crypto.randomUUID(), crypto.randomUUID()];
  const org = newOrgName();
  for (const [sync_id, connection] of [
    ['theirs', own],
    ['of-others', other],
  ])
    await sql(
      superuserUrl,
      `WITH run AS (
         INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode)
         VALUES ($1, $2, 'sync', gen_random_uuid(), $3, 'order', 'full') RETURNING org_id, sync_id)
       INSERT INTO sync_changes (org_id, sync_id, week, kind, external_id, entity_type, became)
       SELECT org_id, sync_id, 1, 'create', '72', 'order', '{"customer": {"external_id": "17"}}' FROM run`,
      [org, sync_id, connection],
    );
  const store = STORES.find(({ name }) => name === 'changes') as (typeof STORES)[number];
  const subjects = [{ connection_id: own, system_id: null, external_id: '17' }];
  const { text, values } = erasePage(
    store,
    { orgId: org, email: null, terms: null, subjects, pseudonym: 'x' },
    null,
    10,
  );
  await sql(superuserUrl, text, values as unknown[]);
  const left = await sql(superuserUrl, 'SELECT sync_id FROM sync_changes WHERE org_id = $1 AND became IS NOT NULL', [
    org,
  ]);
  expect(left).toEqual([{ sync_id: 'of-others' }]);
});

it('An address is found as a whole in any text and in any JSON, and nothing that only holds its letters', async () => {
  const part = fc
    .string({ unit: fc.constantFrom('a', 'b', '.', '-', '+'), minLength: 1, maxLength: 3 })
    .map((text) => text.replace(/\.+/g, '.'));
  const around = fc.constantFrom(
    '',
    ' ',
    '"',
    '\n',
    '\\',
    '\\\\',
    '<',
    ':',
    ',',
    '(',
    'é',
    '\t',
    '/',
    '|',
    '\\n',
    '“',
    '”',
  );
  await fc.assert(
    fc.asyncProperty(around, around, part, part, async (before, after, left, right) => {
      const whole = { text: `${before}${ADA}${after}` };
      const longer = { left: `${left}${ADA}`, right: `${ADA}${/[ab]$/.test(right) ? right : `${right}a`}` };
      const [row] = await sql<Record<string, string | boolean>>(
        fixture.service.database.superuserUrl,
        `SELECT app.mentions(to_jsonb($1::text)::text, $4) AS found,
                app.without_address(to_jsonb($1::text)::text, $4, 'nobody')::jsonb #>> '{}' AS without,
                app.mentions(to_jsonb($2::text)::text, $4) OR app.mentions(to_jsonb($3::text)::text, $4) AS longer`,
        [whole.text, longer.left, longer.right, ADA],
      );
      const isWhole = !['é', '\\n'].includes(before) && after !== 'é';
      expect(row).toEqual({
        ...{ found: isWhole, longer: false },
        // All that a system said with the address goes with it.
        without: isWhole ? `${before}nobody${before === '“' && after !== '”' ? '' : after}` : whole.text,
      });
    }),
    { numRuns: 200 },
  );
});
