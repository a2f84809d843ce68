import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERSONAL_MEMBERS } from '../../src/connectors/canonical/personal.members.ts';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const ORG = 'org-persons';
const ADDRESS = 'ada@shop.example';
const TOKEN = /person:[0-9a-f]{20}/;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const asOwner = <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  sql<T>(service.database.superuserUrl, text, values);
const stored = (org: string) =>
  asOwner<{ id: string; error_message: string | null; details: unknown }>(
    'SELECT id, error_message, details FROM sync_activity_log WHERE org_id = $1 ORDER BY created_at, id',
    [org],
  );
const append = async (org: string, entry: object): Promise<{ status: number; body: Record<string, unknown> }> =>
  (await service.request(org))
    .post('/api/sync/activity')
    .send({ activity_type: 'imported', status: 'failed', ...entry });
const list = async (org: string, query: Record<string, string> = {}, scope = 'sync:write') =>
  (await (await service.request(org, { scope })).get('/api/sync/activity').query(query)).body.items;

describe('An entry of the trail', () => {
  it('holds no e-mail address, and is read as it was written', async () => {
    const entry = {
      error_message: `Invalid address ${ADDRESS}.`,
      details: { [ADDRESS]: ['Bob <bob@x.example>', 1.5, null] },
    };
    const { status, body } = await append(ORG, entry);
    expect([status, body]).toEqual([201, expect.objectContaining(entry)]);
    const [row] = await stored(ORG);
    expect(JSON.stringify(row)).not.toMatch(/@/);
    expect(row?.error_message).toMatch(TOKEN);
    expect(await list(ORG)).toEqual([expect.objectContaining(entry)]);
  });

  it('shows a token to who may not see the values of items', async () => {
    const [shown] = await list(ORG, {}, 'sync:viewer');
    expect(shown.error_message).toMatch(TOKEN);
    expect(JSON.stringify(shown)).not.toContain('@');
  });

  it('is found by an address by who sees it, and by nobody else', async () => {
    expect(await list(ORG, { q: 'ADA@shop' })).toHaveLength(1);
    expect(await list(ORG, { error_message: `Invalid address ${ADDRESS}.` })).toHaveLength(1);
    expect(await list(ORG, { q: 'ada@shop' }, 'sync:viewer')).toEqual([]);
  });

  it('is written and read with plain SQL in the same way, by the statement of docs/privacy.md', async () => {
    const [, statement = ''] = /```sql\n([\s\S]*?)```/.exec(readFileSync('docs/privacy.md', 'utf8')) ?? [];
    const { ownerUrl } = service.database;
    const login = `persons_${randomBytes(6).toString('hex')}`;
    const password = await SqlRoles.with(ownerUrl, (roles) => roles.create(login, 'org-sql', 'maria'));
    const url = urlOfRole(ownerUrl, login, password as string);
    await sql(
      url,
      `INSERT INTO sync_activity_log (org_id, activity_type, status, error_message) VALUES ('org-sql', 'note', 'failed', $1)`,
      [`To ${ADDRESS}`],
    );
    expect((await stored('org-sql')).at(-1)?.error_message).toMatch(TOKEN);
    expect(await sql(url, statement)).toEqual([expect.objectContaining({ error_message: `To ${ADDRESS}` })]);
    await SqlRoles.with(ownerUrl, (roles) => roles.drop(login));
  });

  it('is the same failure when it names the same address again', async () => {
    await append(ORG, { error_message: `Invalid address ${ADDRESS}.` });
    const { body } = await (await service.request(ORG)).get('/api/sync/activity/errors');
    expect(body.items).toEqual([
      expect.objectContaining({ error_message: `Invalid address ${ADDRESS}.`, error_count: 2 }),
    ]);
    expect(
      await asOwner('SELECT FROM sync_trail_persons WHERE org_id = $1 AND address = $2', [ORG, ADDRESS]),
    ).toHaveLength(1);
  });

  it('holds nothing of what a system said, in its details neither, and is read as it was written', async () => {
    const org = 'org-persons-quoted';
    const said = `Refused: “Ada Lovelace <${ADDRESS}> of "12 St James"” and “Bob”, “cut off at Eve Moore, eve@x.example`;
    const details = { error: said, '“key of Eve”': ['“Eve”', 1] };
    expect((await append(org, { error_message: said, details })).body).toMatchObject({ error_message: said, details });
    await append(org, { error_message: said, details });
    const rows = await stored(org);
    for (const { error_message } of rows)
      expect(error_message).toMatch(/^Refused: “person:\w+” and “person:\w+”, “person:\w+$/);
    expect(rows[0]?.error_message).toBe(rows[1]?.error_message);
    expect(JSON.stringify(rows)).not.toMatch(/Ada|James|Bob|Eve/);
    expect((await list(org)).map(({ error_message }: { error_message: string }) => error_message)).toEqual([
      said,
      said,
    ]);
    expect((await list(org, {}, 'sync:viewer'))[0].error_message).toBe('Refused: [masked] and [masked], [masked]');
  });

  it('of another organization shares no token, and shows none that is not its own', async () => {
    await append('org-persons-2', { error_message: ADDRESS });
    const [[own], [other]] = await Promise.all([stored(ORG), stored('org-persons-2')]);
    const token = TOKEN.exec(own?.error_message ?? '')?.[0] as string;
    expect(other?.error_message).not.toContain(token);
    await append('org-persons-2', { error_message: `Whose is ${token}?` });
    expect((await list('org-persons-2'))[0].error_message).toBe(`Whose is ${token}?`);
  });

  it('says nothing of a person any more whose address was erased, and is still what was sealed', async () => {
    await asOwner('SELECT app.seal_entries($1)', [ORG]);
    await asOwner('DELETE FROM sync_trail_persons WHERE org_id = $1 AND email = $2', [ORG, ADDRESS]);
    expect(JSON.stringify(await list(ORG))).not.toContain(ADDRESS);
    expect(JSON.stringify(await list(ORG))).toContain('bob@x.example');
    const { body } = await (await service.request(ORG)).get('/api/sync/activity/verify');
    expect(body).toMatchObject({ valid: true, unsealed_entries: 0 });
  });

  it('keeps any text and any JSON, with addresses or without', async () => {
    // None begins with a letter that a token may end with.
    const address = fc.constantFrom('q@b.co', 'Ada.Lovelace+x@mail.example.org', 'zoë@müller.example', 'o@x.y.z.dev');
    const text = fc
      .array(
        fc.oneof(
          address,
          fc.string({ unit: 'grapheme', maxLength: 8 }),
          fc.constantFrom('\n', '\\', '"', '@', ' ', 'person:', '“', '”'),
        ),
      )
      .map((parts) => parts.join('').replaceAll('\0', ''));
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(text, json, address, async (message, details, known) => {
        const org = `org-any-${crypto.randomUUID()}`;
        const given = `${message} ${known}`;
        const { status, body } = await append(org, { error_message: given, details: { details, known } });
        expect([status, body.error_message, body.details]).toEqual([201, given, { details, known }]);
        const [row] = await stored(org);
        expect(row?.error_message?.includes(known)).toBe(false);
        expect(await list(org)).toEqual([
          expect.objectContaining({ error_message: given, details: { details, known } }),
        ]);
      }),
      { numRuns: Number(process.env.TRAIL_TEXTS ?? 40) },
    );
  });
});

describe('An entry about an item whose record is known', () => {
  const org = 'org-persons-records';
  const words = (prefix: string) => ({
    ...{
      first_name: `${prefix}first`,
      last_name: `${prefix}last`,
      company: `${prefix} & "Sons"`,
      line1: `${prefix} Street 1`,
    },
    ...{
      line2: `${prefix} yard`,
      city: `New ${prefix}`,
      postcode: `${prefix}-13`,
      phone: `+44 ${prefix.length}2 345-6789`,
      country: 'GB',
      state: 'LND',
    },
  });
  const customer = {
    ...{
      email: ADDRESS,
      name: 'Augusta Ada King',
      first_name: 'Augusta',
      last_name: 'Error',
      company: 'Engines\\Co',
      phone: '(020) 7946-0958',
    },
    ...{
      vat: 'GB123456789',
      reference: 'C-77',
      billing: words('Bill'),
      shipping: words('Shipping'),
      active: true,
      guest: false,
    },
  };
  const order = {
    ...{ number: '99', customer: { external_id: 'guest:gil@x.example', email: 'gil@x.example', name: 'Gil Bates' } },
    ...{
      billing: words('Gilbill'),
      shipping: words('Gilshipping'),
      note: 'Ring\ntwice at the "red" door',
      total: '10.00',
    },
  };
  /** Those of the personal members, but codes, which are words of any text. */
  const values = (entity: 'customer' | 'order', data: object): string[] => {
    const leaves = (value: unknown, path: string): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`))
        : /\.(country|state)$/.test(path)
          ? []
          : [String(value)];
    return PERSONAL_MEMBERS[entity].flatMap((member) =>
      leaves(
        member.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], data),
        `.${member}`,
      ),
    );
  };
  const connection = '00000000-0000-4000-8000-000000000001';
  beforeAll(async () => {
    await asOwner(
      `INSERT INTO sync_connections (org_id, id, name, system, base_url) VALUES ($1, $2, 'shop', 'woocommerce', 'https://shop.example')`,
      [org, connection],
    );
    for (const [entity, id, data] of [
      ['customer', '4711', customer],
      ['order', '99', order],
    ] as const)
      await asOwner(
        `INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
         VALUES ($1, $2, $3, $4, $5, 'hash', 1)`,
        [org, connection, entity, id, JSON.stringify(data)],
      );
  });

  it.each([
    ['customer', { item: 4711 }, values('customer', customer)],
    ['customer', { external_id: '4711', connection_id: connection }, values('customer', customer)],
    ['order', { item: '99' }, values('order', order)],
    ['order', { note: 'To Ada@shop.example' }, values('customer', customer)],
  ] as const)(
    'holds none of the personal values of a %s, and is read as it was written: %j',
    async (entity_type, about, all) => {
      expect(all.length).toBeGreaterThan(15);
      const text = `Bad:\n${all.map((value) => `${value.toUpperCase()}; (${value})`).join(', ')}`;
      const details = { ...about, error: text, errors: [text, 447946095800], nested: { [`of ${all[1]}`]: true } };
      const entry = { entity_type, error_message: text, details };
      expect((await append(org, entry)).body).toMatchObject(entry);
      const row = JSON.stringify((await stored(org)).at(-1)).toLowerCase();
      // A name of the JSON is none of a person, although this one is called so.
      expect(row).toContain('"error":"bad:');
      const texts = row.replaceAll(/"error\w*":/g, '');
      expect(all.filter((value) => texts.includes(JSON.stringify(value).slice(1, -1).toLowerCase()))).toEqual([]);
      const [shown] = await list(org, {}, 'sync:viewer');
      expect(JSON.stringify(shown).toLowerCase()).not.toContain('augusta');
      expect((await list(org))[0]).toMatchObject(entry);
    },
  );

  it('keeps words of which a value is a part, and values of others', async () => {
    const text = 'Augustas Errors: Billfirsts 10020 79460958123, Xaverfirst';
    await append(org, { entity_type: 'customer', error_message: text, details: { item: 4711 } });
    expect((await stored(org)).at(-1)?.error_message).toBe(text);
    await append(org, { entity_type: 'customer', error_message: 'Augusta', details: { item: 4712 } });
    expect((await stored(org)).at(-1)?.error_message).toBe('Augusta');
    await append('org-persons-3', { entity_type: 'customer', error_message: 'Augusta', details: { item: 4711 } });
    expect((await stored('org-persons-3')).at(-1)?.error_message).toBe('Augusta');
  });
});

it('Tokens go with the months that the retention detaches', async () => {
  const org = 'org-persons-old';
  await asOwner(
    `INSERT INTO sync_trail_persons (org_id, address, month)
     SELECT $1, 'a' || n || '@x.example', (date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => n))::date
       FROM generate_series(0, 5) AS n`,
    [org],
  );
  await asOwner('SELECT app.cleanup_trail_persons(3, 100)');
  const left = await asOwner<{ address: string }>(
    'SELECT address FROM sync_trail_persons WHERE org_id = $1 ORDER BY 1',
    [org],
  );
  expect(left.map(({ address }) => address)).toEqual(['a0@x.example', 'a1@x.example', 'a2@x.example', 'a3@x.example']);
});
