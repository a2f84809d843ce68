import pg from 'pg';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { readTables } from './rls.catalogue.ts';
import { insertFixtures } from './rls.fixtures.ts';

/** Somebody with the connection of the service's role, in the middle of a transaction of org-a. */
export interface Attacker {
  readonly database: TestDatabase;
  readonly tables: readonly string[];
  /** Runs the statements in one transaction of org-a, which is rolled back; the rows of the last. Throws the first error. */
  run(...statements: (string | pg.QueryConfig)[]): Promise<Record<string, unknown>[]>;
  /** As `run`, but the transaction is committed. */
  commit(...statements: (string | pg.QueryConfig)[]): Promise<Record<string, unknown>[]>;
  /** As nobody can but the superuser: for looking afterwards. */
  look(text: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A database in which org-a and org-b have the rows of the matrix. */
export async function startAttacker(): Promise<Attacker> {
  const database = await createTestDatabase();
  const admin = new pg.Client({ connectionString: database.superuserUrl });
  await admin.connect();
  const tables = (await readTables(admin)).filter(({ parent }) => parent === null).map(({ name }) => name);
  await insertFixtures(admin, tables, ['org-a', 'org-b']);
  await admin.end();

  const transaction = async (end: 'COMMIT' | 'ROLLBACK', statements: readonly (string | pg.QueryConfig)[]) => {
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    try {
      await client.query("BEGIN; SELECT app.set_org('org-a')");
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      await client.query(end);
      return rows;
    } finally {
      await client.end();
    }
  };
  return {
    database,
    tables,
    run: (...statements) => transaction('ROLLBACK', statements),
    commit: (...statements) => transaction('COMMIT', statements),
    look: (text) => sql(database.superuserUrl, text),
    close: () => database.drop(),
  };
}
