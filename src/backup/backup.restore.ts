import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrations } from '../../migrations/index.ts';
import { migrate } from '../database/migrate.ts';
import { withOwner } from '../database/owner.client.ts';
import { schemaState } from '../database/readiness.ts';
import { readFrames } from './archive.frames.ts';
import type { BackupSummary } from './backup.dump.ts';
import { BackupError, type Counts, type Manifest, parseCounts, parseManifest } from './backup.manifest.ts';
import { makeMonths } from './backup.months.ts';
import { type BackupTable, countRows, readTables, useArchiveSettings } from './backup.tables.ts';

export interface Restored extends BackupSummary {
  /** Logins for plain SQL that auth.sql_roles names and the cluster does not have. */
  readonly missingLogins: readonly string[];
}

/** What a service writes into an empty database as soon as it starts. */
const NOT_YET_CONTENT = ['app.scheduled_tasks', 'pgboss.queue'];

/**
 * Fills an empty database, or with `replace` any, with the rows of the file: all of them or, when anything is wrong, none.
 * 1. The whole file is read and its checksum compared, before the database is touched.
 * 2. The database is migrated if it never was: roles, policies, grants and owners come from there, never from the file.
 * 3. In one transaction, as the owner: row-level security is lifted from the owner and the triggers are stopped, since they would
 *    write entries of their own; the rows are copied and counted for each organization; both are put back.
 */
export async function restore(ownerUrl: string, file: string, options: { replace?: boolean } = {}): Promise<Restored> {
  const manifest = await verify(file);
  refuseOtherSchema(manifest);
  await migrateIfNew(ownerUrl);
  // Without COMMIT the connection's end rolls back.
  return withOwner(ownerUrl, { name: 'restore', answerMs: 0 }, async (owner) => {
    try {
      await useArchiveSettings(owner);
      await owner.query('BEGIN');
      const rows = await load(owner, { manifest, file, replace: options.replace ?? false });
      const missing = await owner.query<{ name: string }>(
        `SELECT role_name::text AS name FROM auth.sql_roles
          WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) ORDER BY role_name`,
      );
      await owner.query('COMMIT');
      return { tables: manifest.tables.length, rows, missingLogins: missing.rows.map(({ name }) => name) };
    } catch (error) {
      if ((error as { code?: string }).code === '55P03')
        throw new BackupError('The database is in use; stop the service, then restore. Nothing was restored.', {
          cause: error,
        });
      throw error;
    }
  });
}

/** Reads the file to its end. */
async function verify(file: string): Promise<Manifest> {
  let manifest: Manifest | undefined;
  for await (const { kind, payload } of readFrames(file)) {
    if (manifest === undefined) manifest = parseManifest(kind === 'M' ? payload.toString() : '');
    else if (kind === 'M') throw new BackupError('The file is damaged: it has two manifests. Nothing was restored.');
  }
  if (manifest === undefined) throw new BackupError('The file is empty. Nothing was restored.');
  return manifest;
}

/** Rows of an older schema would miss what the migrations since have changed in them. */
function refuseOtherSchema(manifest: Manifest): void {
  const known = migrations.map((migration) => new migration().name);
  const unknown = manifest.migrations.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new BackupError(
      `The backup was made by a newer version of the service, whose migration "${unknown}" this one does not know; restore it with that version. Nothing was restored.`,
    );
  const later = known.find((name) => !manifest.migrations.includes(name));
  if (later !== undefined)
    throw new BackupError(
      `The backup was made by an older version of the service, before the migration "${later}"; restore it with that version, then run "npm run migrate" with this one. Nothing was restored.`,
    );
}

/** A database that holds another version's schema is not changed on the way to a refusal. */
async function migrateIfNew(ownerUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  try {
    const { rows } = await pool.query<{ found: boolean }>(
      `SELECT to_regclass('public.sync_migrations') IS NOT NULL AS found`,
    );
    if (!rows[0]?.found) await migrate(ownerUrl);
    else if ((await schemaState(pool)) !== 'current')
      throw new BackupError(
        'The database has the schema of another version; run "npm run migrate" first, or restore into an empty database. Nothing was restored.',
      );
  } finally {
    await pool.end();
  }
}

async function load(
  owner: pg.Client,
  { manifest, file, replace }: { manifest: Manifest; file: string; replace: boolean },
): Promise<number> {
  await makeMonths(owner, manifest.months);
  const tables = await matchTables(owner, manifest);
  for (const { name, secured, triggers } of tables) {
    if (secured) await owner.query(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
    if (triggers) await owner.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  }
  if (!replace) await refuseContent(owner, tables);
  await owner.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
  const rows = await copyRows(owner, tables, file);
  // What the foreign keys have deferred; a table with checks that wait cannot be altered.
  await owner.query('SET CONSTRAINTS ALL IMMEDIATE');
  for (const { name, secured, triggers } of tables) {
    if (triggers) await owner.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
    if (secured) await owner.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
  }
  return rows;
}

/** The database's own tables, in the archive's order: a name from the file is never used in a statement. */
async function matchTables(owner: pg.Client, manifest: Manifest): Promise<BackupTable[]> {
  const found = new Map((await readTables(owner)).map((table) => [table.name, table]));
  return manifest.tables.map(({ name, columns }) => {
    const table = found.get(name);
    if (!table || columns.some((column) => !table.columns.includes(column)))
      throw new BackupError(`The database has no table ${name} as the backup has it. Nothing was restored.`);
    return { ...table, columns };
  });
}

async function refuseContent(owner: pg.Client, tables: readonly BackupTable[]): Promise<void> {
  for (const { name } of tables.filter((table) => !NOT_YET_CONTENT.includes(table.name))) {
    const { rowCount } = await owner.query(`SELECT FROM ${name} LIMIT 1`);
    if (rowCount !== 0)
      throw new BackupError(
        `The database is not empty: ${name} has rows. Restore into an empty one, or add --replace to delete all that it holds. Nothing was restored.`,
      );
  }
}

async function copyRows(owner: pg.Client, tables: readonly BackupTable[], file: string): Promise<number> {
  const waiting = [...tables];
  let current: { table: BackupTable; counts: Counts; copy: ReturnType<typeof startCopy> } | undefined;
  let rows = 0;
  const finish = async () => {
    if (!current) return;
    await endCopy(current.copy);
    await compare(owner, current.table, current.counts);
    rows += current.counts.rows;
  };
  for await (const { kind, payload } of readFrames(file)) {
    if (kind === 'T') {
      await finish();
      const counts = parseCounts(payload.toString());
      const table = waiting.shift();
      if (table?.name !== counts.table) throw new BackupError('The tables of the file are not those of its manifest.');
      current = { table, counts, copy: startCopy(owner, table) };
    } else if (kind === 'D' && current) await writeRows(current.copy, payload);
  }
  await finish();
  if (waiting.length > 0) throw new BackupError(`The file has no rows of ${waiting[0]?.name}. Nothing was restored.`);
  return rows;
}

function startCopy(owner: pg.Client, { name, columns }: BackupTable) {
  const names = columns.map((column) => owner.escapeIdentifier(column)).join(', ');
  const stream = owner.query(copyFrom(`COPY ${name} (${names}) FROM STDIN`));
  const failed = once(stream, 'error').then(([error]) => {
    throw error;
  });
  failed.catch(() => undefined);
  return { stream, failed };
}

async function writeRows({ stream, failed }: ReturnType<typeof startCopy>, rows: Buffer): Promise<void> {
  // A copy: the payload is a part of a buffer that the reader goes on to use.
  if (!stream.write(Buffer.from(rows))) await Promise.race([once(stream, 'drain'), failed]);
}

async function endCopy({ stream, failed }: ReturnType<typeof startCopy>): Promise<void> {
  const finished = once(stream, 'finish');
  stream.end();
  await Promise.race([finished, failed]);
}

async function compare(owner: pg.Client, table: BackupTable, counts: Counts): Promise<void> {
  const found = await countRows(owner, table);
  const organizations = new Set([...Object.keys(found.organizations), ...Object.keys(counts.organizations)]);
  const other = [...organizations].find((id) => found.organizations[id] !== counts.organizations[id]);
  if (found.rows !== counts.rows || other !== undefined)
    throw new BackupError(
      `${table.name} has ${found.rows} rows after the copy and ${counts.rows} in the backup${other === undefined ? '' : `; they differ for the organization "${other}"`}. Nothing was restored.`,
    );
}
