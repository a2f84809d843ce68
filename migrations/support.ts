import type { QueryRunner } from 'typeorm';

/**
 * True for a row of the organization that is set. Without a sub-select, which a distributed Postgres refuses in a policy;
 * `nullif` because the setting is '' (not NULL) on a connection that had it in an earlier transaction.
 */
export const OWN_ROWS = `org_id = nullif(current_setting('app.current_org_id', true), '')`;

/**
 * The one policy of every table with tenant rows. Not for everybody: it would open a tenant's live rows to sync_maintenance
 * whenever a function of maintenance is called where an organization is set.
 */
export async function protectTenantTable(db: QueryRunner, table: string): Promise<void> {
  await forceRowSecurity(db, table);
  await db.query(
    `CREATE POLICY tenant ON ${table} TO sync_app, CURRENT_USER USING (${OWN_ROWS}) WITH CHECK (${OWN_ROWS})`,
  );
}

/**
 * Lets the roles of people who use SQL at a tenant table; to which rows, says src/tenancy/sql/bound_org.sql. Name columns in the privileges: whoever
 * may UPDATE a whole table may also LOCK it and stop everybody.
 */
export async function letBoundRoles(
  db: QueryRunner,
  { table, privileges }: { table: string; privileges: string },
): Promise<void> {
  await db.query(`GRANT ${privileges} ON ${table} TO sync_sql`);
}

/** Of a table of the roles of people who use SQL: what all of them read, and the columns that only those read who may see values of persons. */
export async function letBoundRolesSee(
  db: QueryRunner,
  { table, payloads }: { table: string; payloads: readonly string[] },
): Promise<void> {
  const columns = await db.query(
    `SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> ALL ($2::text[])`,
    [table, payloads],
  );
  const others = columns.map(({ attname }: { attname: string }) => attname);
  if (others.length > 0) await db.query(`GRANT SELECT (${others.join(', ')}) ON ${table} TO sync_sql`);
  await db.query(`GRANT SELECT ON ${table} TO sync_sql_payloads`);
}

/** Row-level security for everybody, the owner included. Only a backup reads past it, since it must not leave a row out. */
export async function forceRowSecurity(db: QueryRunner, table: string): Promise<void> {
  await db.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await db.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await db.query(`CREATE POLICY backup ON ${table} FOR SELECT TO sync_backup USING (true)`);
  await db.query(`GRANT SELECT ON ${table} TO sync_backup`);
}

/** Lets sync_maintenance read and delete the rows of a tenant table that the condition names, and no others. */
export async function letMaintenanceDelete(
  db: QueryRunner,
  { table, policy, rows }: { table: string; policy: string; rows: string },
): Promise<void> {
  await db.query(`GRANT SELECT, DELETE ON ${table} TO sync_maintenance`);
  await db.query(`CREATE POLICY ${policy} ON ${table} TO sync_maintenance USING (${rows}) WITH CHECK (false)`);
}

/**
 * The most items of a sync: 2^53 - 1, up to which JSON's readers hold whole numbers exactly. Counts are double precision, which holds them
 * exactly, too: a bigint comes to clients of Postgres in JavaScript as text, and adding two of those would join them.
 */
export const MOST_ITEMS = '9007199254740991';

/** True for a whole number of items. NaN is above every number. */
export const isCount = (value: string): string => `${value} BETWEEN 0 AND ${MOST_ITEMS} AND ${value} = trunc(${value})`;

/** What a reader of the schema needs to know of columns of a public table. */
export async function describeColumns(db: QueryRunner, table: string, comments: Record<string, string>): Promise<void> {
  for (const [column, text] of Object.entries(comments))
    await db.query(`COMMENT ON COLUMN public.${table}.${column} IS '${text}'`);
}
