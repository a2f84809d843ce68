import type { QueryRunner } from 'typeorm';

/**
 * The one policy of every table with tenant rows. The scalar subselect is evaluated once a statement, not once a row;
 * `nullif` because the setting is '' (not NULL) on a connection that had it in an earlier transaction. Not for everybody: it
 * would open a tenant's live rows to sync_maintenance whenever upkeep is called where an organization is set.
 */
export async function protectTenantTable(db: QueryRunner, table: string): Promise<void> {
  await db.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await db.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await db.query(`
    CREATE POLICY tenant ON ${table} TO sync_app, CURRENT_USER
      USING (org_id = (SELECT nullif(current_setting('app.current_org_id', true), '')))
      WITH CHECK (org_id = (SELECT nullif(current_setting('app.current_org_id', true), '')))`);
}

/** Hands a SECURITY DEFINER function to sync_maintenance, whose policies then limit it, and lets only sync_app call it. */
export async function giveToMaintenance(db: QueryRunner, signature: string): Promise<void> {
  const schema = signature.split('.')[0];
  // Owning a function needs CREATE on its schema, for the moment of the handing over only.
  await db.query(`GRANT CREATE ON SCHEMA ${schema} TO sync_maintenance`);
  await db.query(`ALTER FUNCTION ${signature} OWNER TO sync_maintenance`);
  await db.query(`REVOKE CREATE ON SCHEMA ${schema} FROM sync_maintenance`);
  await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
  await db.query(`GRANT EXECUTE ON FUNCTION ${signature} TO sync_app`);
}
