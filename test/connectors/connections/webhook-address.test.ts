import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../support/test-database.ts';
import { ConnectionsFixture } from './connections.support.ts';

let fixture: ConnectionsFixture;

beforeAll(async () => {
  fixture = await ConnectionsFixture.start();
});
afterAll(() => fixture.close());

describe('the address of a webhook', () => {
  it('leads to the organization for a caller that names the connection, and is listed for nobody', async () => {
    const { id } = await fixture.create();
    const as = (text: string, values: unknown[] = [], orgId?: string) =>
      sql(fixture.service.database.appUrl, text, values, orgId);
    expect(await as('SELECT app.find_webhook($1) AS org_id', [id])).toEqual([{ org_id: 'org-1' }]);
    expect(await as('SELECT app.find_webhook($1) AS org_id', [randomUUID()])).toEqual([{ org_id: null }]);
    expect(await as('SELECT * FROM auth.hook_addresses', [], 'org-1')).toEqual([]);
    for (const shown of ['', '%', 'null', ','])
      expect(
        await as(`SELECT h.* FROM set_config('app.presented_webhook', $1, false), auth.hook_addresses h`, [shown]),
      ).toEqual([]);
  });

  it('is neither made for nor removed from another organization', async () => {
    const { id } = await fixture.create();
    const as = (text: string, values: unknown[]) => sql(fixture.service.database.appUrl, text, values, 'org-2');
    const forged = as("INSERT INTO auth.hook_addresses (org_id, connection_id) VALUES ('org-1', $1)", [randomUUID()]);
    await expect(forged).rejects.toThrow(/row-level security policy/);
    await as('SELECT app.remove_webhook($1)', [id]);
    expect(await as('SELECT app.find_webhook($1) AS org_id', [id])).toEqual([{ org_id: 'org-1' }]);
  });
});
