import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';
import { readOdooRecording } from './odoo-recording.support.ts';

describe.each([18, 19] as const)('Partners of Odoo %i', (version) => {
  let odoo: OdooSandbox;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
  });
  afterAll(() => odoo.stop());

  /** The message of a recorded fault, without the names and ids that its server had. */
  const recorded = (name: string) => {
    const body = JSON.parse(readOdooRecording(`odoo-${version}/${name}`).body);
    return (body.error?.data ?? body).message as string;
  };
  const read = (id: number, fields: string[]) => {
    const { id: _, ...rest } = odoo.admin.get('res.partner', id, fields);
    return rest;
  };
  const family = (vals: object = {}) => {
    const firm = odoo.admin.create('res.partner', {
      ...{ name: 'Parent Co', is_company: true, vat: 'DE136695976', street: 'Main 1', city: 'Hub' },
      ...vals,
    });
    const contact = odoo.admin.create('res.partner', { name: 'Kid', parent_id: firm, street: 'Else 5', city: 'Far' });
    const address = odoo.admin.create('res.partner', { parent_id: firm, type: 'delivery', street: 'Dock' });
    return { firm, contact, address };
  };

  it('a contact takes address and VAT of its company, an address only the VAT', () => {
    const { firm, contact, address } = family();
    const fields = ['street', 'city', 'vat', 'commercial_partner_id'];
    expect(read(contact, fields)).toMatchObject({ street: 'Main 1', city: 'Hub', vat: 'DE136695976' });
    expect(read(address, fields)).toMatchObject({ street: 'Dock', city: false, vat: 'DE136695976' });
    expect(read(contact, fields).commercial_partner_id[0]).toBe(firm);
    expect(read(address, ['display_name']).display_name).toBe(
      version === 18 ? 'Parent Co, Delivery Address' : 'Parent Co, Delivery',
    );
  });

  it('what a company changes goes to its contacts; only 19 brings a contact’s change up', () => {
    const { firm, contact, address } = family();
    odoo.admin.write('res.partner', [firm], { street: 'Main 2' });
    expect([read(contact, ['street']), read(address, ['street'])]).toEqual([{ street: 'Main 2' }, { street: 'Dock' }]);
    odoo.admin.write('res.partner', [contact], { street: 'Kid street' });
    expect(read(firm, ['street'])).toEqual({ street: version === 18 ? 'Main 2' : 'Kid street' });
    odoo.admin.write('res.partner', [address], { vat: 'FR23334175221' });
    expect(read(contact, ['vat'])).toEqual({ vat: version === 18 ? 'DE136695976' : 'FR23334175221' });
  });

  it('a write without a change moves its own time of change, on 18 those of its children as well', () => {
    const { firm, contact, address } = family();
    const times = () => [contact, address].map((id) => odoo.state()['res.partner']?.kept.find((row) => row.id === id));
    const before = times();
    odoo.admin.write('res.partner', [firm], { name: 'Parent Co' });
    const moved = times().map((row, index) => row?.write_date !== before[index]?.write_date);
    expect(moved).toEqual([version === 18, version === 18]);
  });

  it('a search finds those of companies and of users, archived users included, which are not shown', async () => {
    const call = jsonRpcClient(odoo);
    const found = async (domain: unknown[], fields: string[]) =>
      (await call('res.partner', 'search_read', [domain], { fields, context: { active_test: false } })).result;
    expect(await found([['ref_company_ids', '!=', false]], ['ref_company_ids'])).toEqual([
      { id: 1, ref_company_ids: [1] },
    ]);
    const ofUsers = await found([['user_ids', '!=', false]], ['user_ids']);
    expect(ofUsers).toEqual(
      expect.arrayContaining([
        { id: 2, user_ids: [] },
        { id: 3, user_ids: [2] },
      ]),
    );
  });

  it('are refused, with all of their batch, for a German VAT number that is none; others pass, and blanks are taken out', async () => {
    const call = jsonRpcClient(odoo);
    const create = (vals: unknown, context = {}) => call('res.partner', 'create', [vals], { context });
    const german = (vat: string) => ({ name: 'V', country_id: 57, vat });
    expect(await create(german('DE123456789'))).toMatchObject({
      ...{ exception: 'odoo.exceptions.ValidationError', message: recorded('805-vat-wrong-de') },
    });
    const batch = [{ name: 'B1' }, { ...german('DE123'), name: 'B2' }];
    expect(await create(batch)).toMatchObject({ message: recorded('811-batch-one-vat-wrong') });
    expect(odoo.admin.search('res.partner', [['name', 'in', ['B1', 'B2']]])).toEqual([]);
    for (const [vals, context] of [
      [german('FR23334175221'), {}],
      [{ name: 'V', vat: 'DE123' }, {}],
      [german('DE123'), { no_vat_validation: true }],
    ] as const)
      expect((await create(vals, context)).result).toEqual(expect.any(Number));
    const { result } = await create(german(' de 136 695 976'));
    expect(read(result, ['vat'])).toEqual({ vat: 'DE136695976' });
  });

  // Recordings 801 to 804 and 837 to 841.
  it('are refused for ids that are not there, and taken with a state of another country and any language', async () => {
    const call = jsonRpcClient(odoo);
    const create = (vals: object) => call('res.partner', 'create', [{ name: 'X', ...vals }]);
    const exceptions = [
      [{ country_id: 99_999 }, 'odoo.exceptions.ValidationError'],
      [{ user_id: 99_999 }, 'odoo.exceptions.ValidationError'],
      [{ country_id: 'DE' }, 'psycopg2.errors.InvalidTextRepresentation'],
      [{ category_id: [[6, 0, [99_999]]] }, 'odoo.exceptions.MissingError'],
      [{ type: 'foo' }, 'builtins.ValueError'],
    ] as const;
    for (const [vals, exception] of exceptions) expect((await create(vals)).exception).toBe(exception);
    const [state] = odoo.admin.search('res.country.state', []);
    for (const vals of [{ country_id: 57, state_id: state }, { state_id: state }, { lang: 'xx_XX' }])
      expect((await create(vals)).result).toEqual(expect.any(Number));
  });

  it('the e-mail is found by its normalized form', () => {
    const id = odoo.admin.create('res.partner', { name: 'Mixed', email: '"Name" <Mixed@Example.com>' });
    expect(odoo.admin.search('res.partner', [['email_normalized', '=', 'mixed@example.com']])).toEqual([id]);
    odoo.admin.write('res.partner', [id], { email: 'a@example.com, b@example.com' });
    expect(read(id, ['email_normalized'])).toEqual({ email_normalized: 'a@example.com' });
    odoo.admin.write('res.partner', [id], { email: 'not an address' });
    expect(read(id, ['email_normalized'])).toEqual({ email_normalized: false });
  });

  it('of a user cannot be archived, that of an archived user or of a company not deleted', async () => {
    const call = jsonRpcClient(odoo);
    const partner = odoo.admin.create('res.partner', { name: 'Plain User' });
    const user = odoo.admin.create('res.users', { login: 'plain', partner_id: partner });
    const expected = recorded('863-archive-partner-of-user').replace(/'res_id': \d+/, `'res_id': ${user}`);
    const archived = await call('res.partner', 'write', [[partner], { active: false }]);
    expect(archived).toMatchObject({ exception: 'odoo.exceptions.RedirectWarning', message: expected });
    expect(await call('res.partner', 'action_archive', [[partner]])).toMatchObject({ message: expected });
    odoo.admin.archive('res.users', [user]);
    expect((await call('res.partner', 'write', [[partner], { active: false }])).result).toBe(true);
    expect(await call('res.partner', 'unlink', [[partner]])).toMatchObject({
      message: recorded('865-unlink-partner-of-archived-user'),
    });
    expect(await call('res.partner', 'unlink', [[1]])).toMatchObject({
      message: recorded('868-unlink-company-partner'),
    });
  });

  it('a new company without a partner gets one, which bears its name', () => {
    const company = odoo.admin.create('res.company', { name: 'Second Company' });
    const { partner_id } = odoo.admin.get('res.company', company, ['partner_id']);
    odoo.admin.write('res.partner', [partner_id[0]], { name: 'Renamed' });
    expect(odoo.admin.get('res.company', company, ['name']).name).toBe('Renamed');
  });
});
