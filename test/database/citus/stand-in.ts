import pg from 'pg';

/**
 * Stands for Citus, which is not to be had here: its catalogue, and the functions that are called of it, which record what they are told and refuse what a
 * real Citus 13.2 refused. Nothing is distributed by it.
 */
const STAND_IN = `
  SET allow_system_table_mods = on;
  CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass PRIMARY KEY, column_name text NOT NULL, colocated_with text NOT NULL);
  CREATE TABLE pg_catalog.pg_dist_object (classid oid, objid oid, distribution_argument_index integer, PRIMARY KEY (classid, objid));
  CREATE FUNCTION pg_catalog.create_distributed_table(table_name regclass, distribution_column text, colocate_with text DEFAULT 'default')
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    place smallint := (SELECT attnum FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column);
  BEGIN
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
      RAISE 'table "%" is already distributed', table_name;
    END IF;
    IF colocate_with NOT IN ('none', 'default') AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass) THEN
      RAISE 'relation % is not distributed', colocate_with;
    END IF;
    IF coalesce(current_setting('citus.enable_unsafe_triggers', true), 'off') <> 'on'
       AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = table_name AND NOT tgisinternal) THEN
      RAISE 'cannot distribute relation "%" because it has triggers', table_name;
    END IF;
    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = table_name AND (polqual::text ~ ':subselect' OR polwithcheck::text ~ ':subselect')) THEN
      RAISE 'cannot create policy' USING DETAIL = 'Subqueries are not supported in policies on distributed tables';
    END IF;
    IF EXISTS (SELECT FROM pg_index WHERE indrelid = table_name AND indisunique AND NOT place = ANY (indkey)) THEN
      RAISE 'cannot create constraint on "%"', table_name USING DETAIL = 'Distributed relations cannot have UNIQUE, EXCLUDE, or PRIMARY KEY constraints that do not include the partition column';
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND (conrelid = table_name OR confrelid = table_name) AND NOT place = ANY (conkey)) THEN
      RAISE 'cannot create foreign key constraint';
    END IF;
    INSERT INTO pg_dist_partition VALUES (table_name, distribution_column, colocate_with);
  END $$;
  CREATE FUNCTION pg_catalog.create_distributed_function(function_name regprocedure, distribution_arg_name text, colocate_with text DEFAULT 'default')
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    place integer := array_position((SELECT proargnames FROM pg_proc WHERE oid = function_name), distribution_arg_name);
  BEGIN
    IF place IS NULL OR NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass) THEN
      RAISE 'cannot distribute the function "%"', function_name;
    END IF;
    INSERT INTO pg_dist_object VALUES ('pg_proc'::regclass, function_name, place - 1);
  END $$;
  GRANT SELECT ON pg_catalog.pg_dist_partition, pg_catalog.pg_dist_object TO PUBLIC;`;

/** With the settings that Citus defines, which everybody may set. */
export async function installStandIn(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(STAND_IN);
    for (const name of ['propagate_set_commands', 'enable_unsafe_triggers', 'allow_nested_distributed_execution'])
      await client.query(`GRANT SET ON PARAMETER "citus.${name}" TO sync_owner`);
  } finally {
    await client.end();
  }
}
