import { readdirSync, readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { migrate, migrationDataSource, revert } from '../../src/database/migrate.ts';
import { sqlFiles } from '../../src/database/sql.files.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
});
afterEach(() => database.drop());

const snapshot = () => schemaSnapshot(database.ownerUrl);

/** Runs the first `count` migrations, without the SQL files; with none of them, only TypeORM's record of what ran is made. */
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
    const everything = {
      migrations: migrations.map((migration) => new migration().name),
      applied: sqlFiles.map(({ name }) => name),
      dropped: [],
    };
    expect(await migrate(database.ownerUrl)).toEqual(everything);
    const migrated = await snapshot();
    expect(await revert(database.ownerUrl, { all: true })).toHaveLength(migrations.length);
    expect(await snapshot()).toEqual(empty);
    expect(await migrate(database.ownerUrl)).toEqual(everything);
    expect(await snapshot()).toEqual(migrated);
  });

  it('each revert what they did and nothing else', async () => {
    const after: string[][] = [];
    for (let count = 0; count <= migrations.length; count++) {
      await migrateTo(count);
      after.push(await snapshot());
    }
    for (let count = migrations.length - 1; count >= 0; count--) {
      const [reverted] = await revert(database.ownerUrl);
      expect({ reverted, schema: await snapshot() }).toEqual({ reverted, schema: after[count] });
    }
  });

  it('find nothing to revert where none ever ran', async () => {
    expect(await revert(database.ownerUrl)).toEqual([]);
  });

  it('find nothing to do the second time', async () => {
    await migrate(database.ownerUrl);
    expect(await migrate(database.ownerUrl)).toEqual({ migrations: [], applied: [], dropped: [] });
  });

  it('can be reverted one by one and run again', async () => {
    await migrate(database.ownerUrl);
    const migrated = await snapshot();
    const [last, ...others] = migrations.map((migration) => new migration().name).reverse();
    expect(await revert(database.ownerUrl)).toEqual([last]);
    expect(await revert(database.ownerUrl)).toEqual([others[0]]);
    await migrate(database.ownerUrl);
    expect(await snapshot()).toEqual(migrated);
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

  it('refuse a database with a migration that this version does not know, and leave it as it is', async () => {
    await migrateTo(2);
    await sql(
      database.ownerUrl,
      `INSERT INTO sync_migrations (timestamp, name) VALUES (22, 'control-trail-0000000000022')`,
    );
    const before = await snapshot();
    const refusal =
      /^The database was made by another version, whose migration "control-trail-0000000000022" this one does not know; use .*\.$/;
    await expect(migrate(database.ownerUrl)).rejects.toThrow(refusal);
    await expect(revert(database.ownerUrl)).rejects.toThrow(refusal);
    expect(await snapshot()).toEqual(before);
  });

  it('contain no function, trigger or view: those are SQL files of their modules', () => {
    const folder = new URL('../../migrations/', import.meta.url);
    const texts = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);
    const forbidden =
      /\bCREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+|MATERIALIZED\s+|RECURSIVE\s+)*(FUNCTION|PROCEDURE|TRIGGER|VIEW)\b/i;
    expect(texts.filter(([, text]) => forbidden.test(text)).map(([name]) => name)).toEqual([]);
  });
});
