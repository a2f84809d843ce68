import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/test-database.ts';
import { attempt } from './rls.attempt.ts';
import { CASES, casesOf, partitionCasesOf, WITHOUT_TENANT_ROWS } from './rls.cases.ts';
import { readTables } from './rls.catalogue.ts';
import { FIXTURES, insertFixtures } from './rls.fixtures.ts';
import { inEachContext } from './rls.matrix.ts';
import { CONTEXTS, type Expected, OPERATIONS, ROLES } from './rls.types.ts';

// The catalogue says which tests there are, so it is read before they are.
const database = await createTestDatabase();
const admin = new pg.Client({ connectionString: database.superuserUrl });
await admin.connect();
const tables = await readTables(admin);
const roots = tables.filter(({ parent }) => parent === null).map(({ name }) => name);
const tenantTables = tables.filter(({ name }) => !(name in WITHOUT_TENANT_ROWS));

beforeAll(() => insertFixtures(admin, roots, ['org-a', 'org-b']));
afterAll(async () => {
  await admin.end();
  await database.drop();
});

describe('the matrix', () => {
  it('knows every table that the migrations made, and no other', () => {
    const unknown = roots.filter((name) => !(name in WITHOUT_TENANT_ROWS) && !(name in CASES && name in FIXTURES));
    const help = unknown.map(
      (name) =>
        `${name}: give it rows in rls.fixtures.ts and outcomes in rls.cases.ts, or, when it holds no tenant rows, name it with the reason in WITHOUT_TENANT_ROWS`,
    );
    expect(help).toEqual([]);
    expect(roots).toEqual(Object.keys({ ...CASES, ...WITHOUT_TENANT_ROWS }).sort());
  });

  it('reaches partitions: the audit trail has one for now and for each of three months ahead', () => {
    expect(tables.filter(({ parent }) => parent === 'public.sync_activity_log')).toHaveLength(4);
  });
});

describe.each(tenantTables)('$name', ({ name, parent }) => {
  const root = parent ?? name;
  const fixture = FIXTURES[root];
  const expected = parent === null ? casesOf(root) : partitionCasesOf(name);
  // The first test of this file says what to add.
  if (!fixture || !expected) return it('is in the matrix', () => expect(root).toBe('in the matrix'));

  describe.each(ROLES)('%s', (role) => {
    it.each(OPERATIONS)('%s', async (operation) => {
      const outcomes = [];
      for (const context of CONTEXTS) {
        outcomes.push(await attempt(admin, { table: name, fixture, role, context }, operation));
      }
      expect(named(outcomes)).toEqual(named(inEachContext(expected[role][OPERATIONS.indexOf(operation)] as Expected)));
    });
  });
});

const named = (outcomes: readonly string[]) =>
  Object.fromEntries(CONTEXTS.map((context, index) => [context, outcomes[index]]));
