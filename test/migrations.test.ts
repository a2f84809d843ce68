import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { migrations } from '../migrations/index.ts';
import { migrationDataSource } from '../src/database/data-source.ts';
import { migrate, revert } from '../src/database/migrate.ts';
import { schemaSnapshot } from './support/schema-snapshot.ts';
import { createTestDatabase, sql, type TestDatabase } from './support/test-database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
});
afterEach(() => database.drop());

const snapshot = () => schemaSnapshot(database.ownerUrl);

/** Runs the first so many migrations; with none of them, only TypeORM's record of what ran is made. */
async function migrateTo(count: number): Promise<void> {
  const source = new DataSource({
    ...migrationDataSource(database.ownerUrl).options,
    migrations: migrations.slice(0, count),
  });
  await source.initialize();
  await source.runMigrations();
  await source.destroy();
}

describe('migrations', () => {
  it('can be run, reverted to nothing of ours, and run again to the same schema', async () => {
    await migrateTo(0);
    const empty = await snapshot();
    expect(await migrate(database.ownerUrl)).toHaveLength(migrations.length);
    const migrated = await snapshot();
    expect(await revert(database.ownerUrl, { all: true })).toHaveLength(migrations.length);
    expect(await snapshot()).toEqual(empty);
    await migrate(database.ownerUrl);
    expect(await snapshot()).toEqual(migrated);
  });

  it('each revert what they did and nothing else', async () => {
    const after: string[][] = [];
    for (let count = 0; count <= migrations.length; count++) {
      await migrateTo(count);
      after.push(await withoutMonths());
    }
    for (let count = migrations.length - 1; count >= 0; count--) {
      const [reverted] = await revert(database.ownerUrl);
      expect({ reverted, schema: await withoutMonths() }).toEqual({ reverted, schema: after[count] });
    }
  });

  it('find nothing to revert where none ever ran', async () => {
    expect(await revert(database.ownerUrl)).toEqual([]);
  });

  it('find nothing to do the second time', async () => {
    await migrate(database.ownerUrl);
    expect(await migrate(database.ownerUrl)).toEqual([]);
  });

  it('can be reverted and run again with syncs, activity and previews stored', async () => {
    await migrate(database.ownerUrl);
    const migrated = await snapshot();
    await sql(
      database.ownerUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items)
       VALUES ('org-1', 'done', 'customer', 'odoo', 0), ('org-1', 'running', 'customer', 'odoo', 10)`,
      [],
      'org-1',
    );
    await revert(database.ownerUrl, { all: true });
    await migrate(database.ownerUrl);
    expect(await snapshot()).toEqual(migrated);
  });
});

/** Months of the audit trail are data: they stay until the table goes. */
async function withoutMonths(): Promise<string[]> {
  return (await snapshot()).filter((line) => !/^\S+ \S*sync_activity_log_\d{4}_\d{2}/.test(line));
}
