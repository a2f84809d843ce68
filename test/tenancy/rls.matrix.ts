import type pg from 'pg';
import { attempt } from './rls.attempt.ts';
import { casesOf, partitionCasesOf, WITHOUT_TENANT_ROWS } from './rls.cases.ts';
import { type CatalogueTable, readTables } from './rls.catalogue.ts';
import { FIXTURES } from './rls.fixtures.ts';
import { CONTEXTS, type Expected, OPERATIONS, type Outcome, ROLES } from './rls.types.ts';

const TRAIL = 'public.sync_activity_log';
/** A month of the trail that was detached is closed as one that is a partition. */
const DETACHED = /^public\.sync_activity_log_\d{4}_\d{2}$/;

export const inEachContext = (expected: Expected): readonly Outcome[] =>
  typeof expected === 'string' ? CONTEXTS.map(() => expected) : expected;

/**
 * Every role, operation and context in which the database does otherwise than rls.cases.ts says, a line each: none where the matrix
 * holds. The rows of the fixtures must be there.
 */
export async function departuresFromMatrix(admin: pg.Client): Promise<string[]> {
  const departures: string[] = [];
  for (const table of await readTables(admin))
    if (!(table.name in WITHOUT_TENANT_ROWS)) departures.push(...(await departuresOf(admin, table)));
  return departures;
}

async function departuresOf(admin: pg.Client, { name, parent }: CatalogueTable): Promise<string[]> {
  const root = parent ?? (DETACHED.test(name) ? TRAIL : name);
  const expected = root === name ? casesOf(root) : partitionCasesOf(name);
  const fixture = FIXTURES[root];
  if (!fixture || !expected) return [`${name} is not in the matrix`];
  const departures: string[] = [];
  for (const role of ROLES)
    for (const [index, operation] of OPERATIONS.entries()) {
      const wanted = inEachContext(expected[role][index] as Expected);
      for (const [at, context] of CONTEXTS.entries()) {
        const found = await attempt(admin, { table: name, fixture, role, context }, operation);
        if (found !== wanted[at])
          departures.push(`${name} ${role} ${operation} ${context}: ${found}, not ${wanted[at]}`);
      }
    }
  return departures;
}
