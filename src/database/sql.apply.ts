import type { QueryRunner } from 'typeorm';
import type { SqlFile } from './sql.files.ts';

export interface AppliedSql {
  /** The names of the files that were new or changed. */
  readonly applied: string[];
  /** What the database had and no file defines any more, as DROP names it. */
  readonly dropped: string[];
}

interface AppliedFile {
  readonly name: string;
  readonly sha256: string;
  readonly objects: string[];
}

interface SqlObject {
  /** As DROP names it: `ROUTINE app.set_org(org_id text)`. */
  readonly name: string;
  /** Differs after each change of the object. */
  readonly version: string;
  /** True: in a schema where nobody but our files makes such things. */
  readonly ours: boolean;
}

/**
 * What SQL files can make: functions with their exact signatures, triggers, views. The schemas app and auth are ours alone; in
 * public only what a file once defined counts as ours, since the database may hold somebody else's, too.
 */
const OBJECTS = `
  SELECT format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name,
         p.ctid || ' ' || p.xmin AS version, n.nspname IN ('app', 'auth') AS ours
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname IN ('app', 'auth', 'public')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('TRIGGER %I ON %I.%I', t.tgname, n.nspname, c.relname), t.ctid || ' ' || t.xmin, f.nspname IN ('app', 'auth')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
   WHERE n.nspname IN ('app', 'auth', 'public') AND NOT t.tgisinternal AND t.tgparentid = 0
  UNION ALL
  SELECT format('VIEW %I.%I', n.nspname, c.relname), r.ctid || ' ' || r.xmin, n.nspname IN ('app', 'auth')
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'v' JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('app', 'auth', 'public')`;

/** The policies that call one of these functions. */
const POLICIES_OF = `
  SELECT DISTINCT format('POLICY %I ON %I.%I', y.polname, t.nspname, c.relname) AS name
    FROM pg_depend d JOIN pg_policy y ON y.oid = d.objid JOIN pg_class c ON c.oid = y.polrelid JOIN pg_namespace t ON t.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = d.refobjid JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass
     AND format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) = ANY ($1)`;

/** CREATE OR REPLACE cannot change what a function returns or how its parameters are called. */
const CANNOT_REPLACE = '42P13';

/**
 * Applies the files that are new or changed since they were applied last, in their order, and drops what none of them defines any
 * more. `again`: also those that were applied, since what they made was changed. Runs in the transaction of the caller, which holds the lock of migrations.
 */
export async function applySqlFiles(
  db: QueryRunner,
  files: readonly SqlFile[],
  { again = false }: { again?: boolean } = {},
): Promise<AppliedSql> {
  const before = new Map((await appliedFiles(db)).map((file) => [file.name, file]));
  const changed = files.filter(({ name, sha256 }) => again || before.get(name)?.sha256 !== sha256);
  const defined = new Map(files.map(({ name }) => [name, before.get(name)?.objects ?? []]));
  return asOwnerOfAll(db, async () => {
    // What the database's own linter knows is an error; functions that were applied before are not looked at again.
    await db.query(`SET LOCAL plpgsql.extra_errors = 'all'`);
    for (const file of changed) defined.set(file.name, await apply(db, file, before.get(file.name)?.objects ?? []));
    const names = files.map(({ name }) => name);
    await db.query('DELETE FROM app.sql_files WHERE name <> ALL ($1)', [names]);
    const once = new Set([...before.values()].flatMap(({ objects }) => objects));
    const still = new Set([...defined.values()].flat());
    const dropped = await drop(db, ({ name, ours }) => (ours || once.has(name)) && !still.has(name));
    return { applied: changed.map(({ name }) => name), dropped };
  });
}

/** Drops everything that SQL files have defined, so that the tables below can be changed back; `migrate` makes it again. */
export async function dropSqlObjects(db: QueryRunner): Promise<void> {
  const [table] = await db.query(`SELECT to_regclass('app.sql_files') AS name`);
  if (!table.name) return;
  const defined = new Set((await appliedFiles(db)).flatMap(({ objects }) => objects));
  await asOwnerOfAll(db, () => drop(db, ({ name, ours }) => ours || defined.has(name)));
  await db.query('DELETE FROM app.sql_files');
}

function appliedFiles(db: QueryRunner): Promise<AppliedFile[]> {
  return db.query('SELECT name, sha256, objects FROM app.sql_files');
}

/** Returns what the file defines: what it has touched. */
async function apply(db: QueryRunner, file: SqlFile, defined: readonly string[]): Promise<string[]> {
  const before = new Map((await objectsOf(db)).map(({ name, version }) => [name, version]));
  await db.query('SAVEPOINT sql_file');
  try {
    await db.query(file.text);
  } catch (error) {
    if ((error as { code?: string }).code !== CANNOT_REPLACE) throw inFile(file, error);
    await db.query('ROLLBACK TO SAVEPOINT sql_file');
    await drop(db, ({ name }) => defined.includes(name));
    await db.query(file.text).catch((second) => {
      throw inFile(file, second);
    });
  }
  await db.query('RELEASE SAVEPOINT sql_file');
  const objects = (await objectsOf(db))
    .filter(({ name, version }) => before.get(name) !== version)
    .map(({ name }) => name);
  await db.query(
    `INSERT INTO app.sql_files (name, sha256, objects) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()`,
    [file.name, file.sha256, objects],
  );
  return objects;
}

/** Triggers and views before the functions that they call, and policies with them. */
async function drop(db: QueryRunner, isGone: (object: SqlObject) => boolean): Promise<string[]> {
  const gone = (await objectsOf(db))
    .filter(isGone)
    .map(({ name }) => name)
    .sort((a, b) => Number(a.startsWith('ROUTINE')) - Number(b.startsWith('ROUTINE')) || (a < b ? -1 : 1));
  const policies = await db.query(POLICIES_OF, [gone]);
  for (const name of [...policies.map(({ name }: { name: string }) => name), ...gone]) await db.query(`DROP ${name}`);
  return gone;
}

function objectsOf(db: QueryRunner): Promise<SqlObject[]> {
  return db.query(OBJECTS);
}

function inFile(file: SqlFile, error: unknown): Error {
  return new Error(`${file.name}: ${(error as Error).message}`, { cause: error });
}

/**
 * Functions are given to roles that own nothing else. Giving one away needs CREATE on its schema for the new owner, and replacing it
 * membership in that role: both for this transaction only. A lasting member of sync_directory would see what it sees.
 */
async function asOwnerOfAll<T>(db: QueryRunner, work: () => Promise<T>): Promise<T> {
  const [role] = await db.query(`
    SELECT pg_has_role(current_user, 'sync_directory',
             CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS is_member`);
  if (!role.is_member) await db.query('GRANT sync_directory TO CURRENT_USER');
  await db.query('GRANT CREATE ON SCHEMA app, public TO sync_maintenance, sync_directory');
  const result = await work();
  await db.query('REVOKE CREATE ON SCHEMA app, public FROM sync_maintenance, sync_directory');
  if (!role.is_member) await db.query('REVOKE sync_directory FROM CURRENT_USER');
  return result;
}
