import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/test-database.ts';
import { EXCEPTIONS, WITHOUT_TENANT_ROWS } from './rls.cases.ts';
import { readDefinerFunctions, readOtherPlaces, readTables } from './rls.catalogue.ts';

const database = await createTestDatabase();
const admin = new pg.Client({ connectionString: database.superuserUrl });
await admin.connect();
const tables = await readTables(admin);
const functions = await readDefinerFunctions(admin);
const tenantTables = tables.filter(({ name }) => !(name in WITHOUT_TENANT_ROWS));
const regular = tenantTables.filter(({ name }) => !(name in EXCEPTIONS));

const OUR_ROLES = ['sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup'];

afterAll(async () => {
  await admin.end();
  await database.drop();
});

describe.each(tenantTables)('$name', (table) => {
  it('has row-level security enabled and forced', () => {
    expect(table).toMatchObject({ enabled: true, forced: true });
  });

  it(table.parent ? 'is a partition, so it opens to a backup alone' : 'has a policy', () => {
    if (table.parent) expect(table).toMatchObject({ policies: 1, grantees: ['sync_backup'] });
    else expect(table.policies).toBeGreaterThan(0);
  });

  it('belongs to the owner and is granted to our roles alone', () => {
    expect(table.owner).toBe('sync_owner');
    expect(table.grantees.filter((role) => !OUR_ROLES.includes(role))).toEqual([]);
  });
});

describe.each(regular)('$name', (table) => {
  it('has an organization in every row', () => {
    expect(table.org_id_not_null).toBe(true);
    expect(table.checks).toContain("CHECK ((org_id <> ''::text))");
  });

  it('has the organization first in its primary key and every index', () => {
    const columns = Object.entries(table.indexes);
    expect(columns.length).toBeGreaterThan(0);
    expect(columns.filter(([, first]) => first !== 'org_id')).toEqual([]);
  });
});

describe('what is beside the tenant tables', () => {
  it.each(Object.keys(WITHOUT_TENANT_ROWS))('%s names no organization', (name) => {
    expect(tables.find((table) => table.name === name)).toMatchObject({ has_org_id: false });
  });

  it('is no view that reads with the rights of its owner, and no schema but the queue of jobs', async () => {
    expect(await readOtherPlaces(admin)).toEqual({ relations: [], schemas: ['pgboss'] });
  });

  it('the queue of jobs belongs to the owner and opens to the service and a backup alone', async () => {
    const { rows } = await admin.query(
      `SELECT DISTINCT c.relowner::regrole::text AS owner, a.grantee::regrole::text AS grantee
         FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.relnamespace = 'pgboss'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY grantee`,
    );
    expect(rows).toEqual([
      { owner: 'sync_owner', grantee: 'sync_app' },
      { owner: 'sync_owner', grantee: 'sync_backup' },
      { owner: 'sync_owner', grantee: 'sync_owner' },
    ]);
  });
});

describe.each(functions)('$signature, which runs as its owner', (definer) => {
  it('has a fixed search path, an owner that row-level security holds, and is not for everybody', () => {
    expect(definer).toMatchObject({
      search_path: 'search_path=pg_catalog, pg_temp',
      public_may_execute: false,
      owner_bypasses: false,
    });
    expect(['sync_owner', 'sync_maintenance', 'sync_directory']).toContain(definer.owner);
  });
});

describe('the roles', () => {
  it.each([...OUR_ROLES, 'sync_owner'])('%s cannot bypass row-level security', async (role) => {
    const { rows } = await admin.query(
      'SELECT rolsuper, rolbypassrls, rolreplication, rolcreatedb FROM pg_roles WHERE rolname = $1',
      [role],
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolreplication: false, rolcreatedb: false }]);
  });

  it.each(OUR_ROLES)('%s owns no table, makes no role and is a member of no other', async (role) => {
    const { rows } = await admin.query(
      `SELECT rolcreaterole, ARRAY(SELECT c.oid::regclass::text FROM pg_class c WHERE c.relowner = r.oid) AS owns,
              ARRAY(SELECT o.rolname::text FROM pg_roles o WHERE o.oid <> r.oid AND pg_has_role(r.oid, o.oid, 'MEMBER')) AS of
         FROM pg_roles r WHERE rolname = $1`,
      [role],
    );
    expect(rows).toEqual([{ rolcreaterole: false, owns: [], of: [] }]);
  });

  it.each(['sync_maintenance', 'sync_directory', 'sync_backup'])('%s cannot log in', async (role) => {
    const { rows } = await admin.query('SELECT rolcanlogin FROM pg_roles WHERE rolname = $1', [role]);
    expect(rows).toEqual([{ rolcanlogin: false }]);
  });

  it('sync_directory may read which organizations there are, how many syncs are open, and of keys what makes one valid; the owner is not in it', async () => {
    const { rows } = await admin.query(
      `SELECT c.oid::regclass::text || '.' || a.attname AS column, acl.privilege_type AS may
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN LATERAL aclexplode(a.attacl) acl
        WHERE acl.grantee = 'sync_directory'::regrole ORDER BY c.relname, a.attnum`,
    );
    expect(rows.map((row) => `${row.may} ${row.column}`)).toEqual([
      ...['org_id', 'kind', 'key_hash', 'expires_at', 'revoked_at'].map((column) => `SELECT auth.api_keys.${column}`),
      'SELECT sync_activity_log.org_id',
      'SELECT sync_connections.org_id',
      ...['org_id', 'status', 'completed_at'].map((column) => `SELECT sync_progress.${column}`),
      'SELECT auth.users_extended.org_id',
    ]);
    const members = await admin.query("SELECT pg_has_role('sync_owner', 'sync_directory', 'USAGE') AS inherits");
    expect(members.rows).toEqual([{ inherits: false }]);
  });

  it.each(OUR_ROLES)('%s can make nothing in a schema', async (role) => {
    const { rows } = await admin.query(
      `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND has_schema_privilege($1, oid, 'CREATE')`,
      [role],
    );
    expect(rows).toEqual([]);
  });
});
