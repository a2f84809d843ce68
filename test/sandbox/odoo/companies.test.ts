import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

const ACCESS = { exception: 'odoo.exceptions.AccessError' };

describe.each([18, 19] as const)('What belongs to another company of Odoo %i', (version) => {
  let odoo: OdooSandbox;
  let call: ReturnType<typeof jsonRpcClient>;
  let sister: number;
  let theirs: number;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 3, products: 1, orders: 1 });
    call = jsonRpcClient(odoo);
    sister = odoo.admin.create('res.company', { name: 'Sister Ltd' });
    theirs = odoo.admin.create('res.partner', { name: 'Theirs', company_id: sister });
  });
  afterAll(() => odoo.stop());

  // Recordings 331 to 338.
  it('is found by no search and refused by its id, as what a record rule hides', async () => {
    const mine = [['id', '=', theirs]];
    for (const context of [{}, { active_test: false }]) {
      expect((await call('res.partner', 'search', [mine], { context })).result).toEqual([]);
      expect((await call('res.partner', 'search_count', [mine], { context })).result).toBe(0);
    }
    expect(await call('res.partner', 'read', [[theirs], ['name']])).toMatchObject(ACCESS);
    expect(await call('res.partner', 'read', [[1, theirs], ['name']])).toMatchObject(ACCESS);
    expect(await call('res.partner', 'write', [[theirs], { name: 'Mine' }])).toMatchObject(ACCESS);
    expect(await call('res.partner', 'unlink', [[theirs]])).toMatchObject(ACCESS);
    const exists = await call('res.partner', 'exists', [[theirs]]);
    expect(version === 18 ? exists.result : exists.exception).toEqual(version === 18 ? [theirs] : ACCESS.exception);
  });

  // Recordings 314 and 315; what is said of an id alone is in the code of 14 to 19.
  it('is told from what was deleted by a read of a field: nothing comes, while an id alone comes back as it was asked for', async () => {
    const deleted = odoo.admin.create('res.partner', { name: 'Deleted' });
    odoo.admin.unlink('res.partner', [deleted]);
    const read = (ids: number[], fields: string[]) => call('res.partner', 'read', [ids, fields]);
    expect((await read([deleted], ['write_date'])).result).toEqual([]);
    expect((await read([1, deleted], ['active'])).result).toEqual([{ id: 1, active: true }]);
    expect((await read([deleted], ['id'])).result).toEqual([{ id: deleted }]);
    expect(await read([deleted, theirs], ['id'])).toMatchObject(ACCESS);
  });

  // Recordings 340 to 343.
  it('is still read by its name where something points to it, and orders and children may be made for it', async () => {
    const mine = odoo.admin.create('res.partner', { name: 'Child', parent_id: theirs });
    expect((await call('res.partner', 'read', [[mine], ['parent_id', 'display_name']])).result).toEqual([
      { id: mine, parent_id: [theirs, 'Theirs'], display_name: 'Theirs, Child' },
    ]);
    const hidden = odoo.admin.create('res.partner', { name: 'Hidden' });
    odoo.admin.hide('res.partner', [hidden]);
    expect((await call('res.partner', 'create', [{ name: 'Of it', parent_id: hidden }])).result).toEqual(
      expect.any(Number),
    );
    const { result: order } = await call('sale.order', 'create', [{ partner_id: hidden }]);
    expect((await call('sale.order', 'read', [[order], ['partner_id']])).result[0].partner_id).toEqual([
      ...[hidden, 'Hidden'],
    ]);
    odoo.admin.hide('res.partner', []);
  });

  // Recordings 344 and 345.
  it('cannot be made or given away by who would not see it, and nothing of that is saved', async () => {
    const before = odoo.state()['res.partner']?.count;
    expect(await call('res.partner', 'create', [{ name: 'Made', company_id: sister }])).toMatchObject(ACCESS);
    expect(odoo.state()['res.partner']?.count).toBe(before);
    const { result: mine } = await call('res.partner', 'create', [{ name: 'Mine' }]);
    expect(await call('res.partner', 'write', [[mine], { company_id: sister }])).toMatchObject(ACCESS);
    expect(odoo.admin.get('res.partner', mine).company_id).toBe(false);
  });

  it('is there for who may work in both, unless the call names one of them', async () => {
    odoo.admin.write('res.users', [odoo.uid], { company_ids: [[4, sister]] });
    const found = async (context: object) =>
      (await call('res.partner', 'search', [[['id', '=', theirs]]], { context })).result;
    expect(await found({})).toEqual([theirs]);
    expect(await found({ allowed_company_ids: [sister] })).toEqual([theirs]);
    expect(await found({ allowed_company_ids: [1] })).toEqual([]);
  });
});
