import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { ArchiveWriter } from './archive.writer.ts';
import { withBackupLogin } from './backup.login.ts';
import { BackupError, FORMAT, type Manifest } from './backup.manifest.ts';
import { type BackupTable, countRows, readMonths, readTables, useArchiveSettings } from './backup.tables.ts';

export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
}

/** Writes every row of the database, as of one moment, to a new file. Writers are not held up. Throws BackupError. */
export async function backUp(ownerUrl: string, file: string): Promise<BackupSummary> {
  let summary: BackupSummary = { tables: 0, rows: 0 };
  await ArchiveWriter.create(file, (archive) =>
    withBackupLogin(ownerUrl, async (client) => {
      await useArchiveSettings(client);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const tables = await readTables(client);
      refuseHiddenRows(tables);
      await archive.manifest(await manifestOf(client, tables));
      let rows = 0;
      for (const table of tables) rows += await dump(client, table, archive);
      summary = { tables: tables.length, rows };
    }),
  );
  return summary;
}

/** A table whose policy was forgotten would be dumped empty, without a word. */
function refuseHiddenRows(tables: readonly BackupTable[]): void {
  const hidden = tables.filter(({ open }) => !open).map(({ name }) => name);
  if (hidden.length > 0)
    throw new BackupError(
      `sync_backup does not see every row of ${hidden.join(', ')}. For each of them run, as the owner: CREATE POLICY backup ON … FOR SELECT TO sync_backup USING (true); GRANT SELECT ON … TO sync_backup. Or move it to a schema of its own. No backup was written.`,
    );
}

async function manifestOf(client: pg.Client, tables: readonly BackupTable[]): Promise<Manifest> {
  const migrations = await client.query<{ name: string }>('SELECT name FROM public.sync_migrations ORDER BY timestamp');
  const version = await client.query<{ server_version: string }>('SHOW server_version');
  return {
    format: FORMAT,
    createdAt: new Date().toISOString(),
    postgres: version.rows[0]?.server_version ?? '',
    migrations: migrations.rows.map(({ name }) => name),
    tables: tables.map(({ name, columns }) => ({ name, columns })),
    months: await readMonths(client),
  };
}

/** Returns how many rows were written, which is what was counted in the same snapshot. */
async function dump(client: pg.Client, table: BackupTable, archive: ArchiveWriter): Promise<number> {
  const counted = await countRows(client, table);
  await archive.counts({ table: table.name, ...counted });
  const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(', ');
  const copy = client.query(copyTo(`COPY (SELECT ${columns} FROM ${table.name}) TO STDOUT`));
  for await (const chunk of copy) await archive.rows(chunk as Buffer);
  if (copy.rowCount !== counted.rows)
    throw new BackupError(
      `${table.name} has ${counted.rows} rows, but ${copy.rowCount} were read. No backup was written.`,
    );
  return counted.rows;
}
