import type pg from 'pg';

/** The schemas that the migrations own. */
const SCHEMAS = ['public', 'auth', 'app'];

/** A table as the catalogue knows it; `name` with its schema. */
export interface CatalogueTable {
  readonly name: string;
  /** Set for a partition: the table it is of. */
  readonly parent: string | null;
  readonly owner: string;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly policies: number;
  /** Who else than the owner has any privilege on it or on a column of it. */
  readonly grantees: readonly string[];
  readonly has_org_id: boolean;
  readonly org_id_not_null: boolean;
  readonly checks: readonly string[];
  /** The first column of every index, by index. */
  readonly indexes: Readonly<Record<string, string>>;
}

/** Every ordinary and partitioned table and every partition of our schemas. */
export async function readTables(admin: pg.Client): Promise<CatalogueTable[]> {
  const { rows } = await admin.query<CatalogueTable>(
    `SELECT n.nspname || '.' || c.relname AS name,
            (SELECT pn.nspname || '.' || p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid) AS parent,
            pg_get_userbyid(c.relowner) AS owner, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
            (SELECT count(*)::integer FROM pg_policy WHERE polrelid = c.oid) AS policies,
            ARRAY(SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END
                    FROM (SELECT c.relacl AS acl UNION ALL SELECT attacl FROM pg_attribute WHERE attrelid = c.oid) AS acls,
                         aclexplode(acls.acl) AS a
                   WHERE a.grantee <> c.relowner ORDER BY 1) AS grantees,
            coalesce(o.attnum > 0, false) AS has_org_id, coalesce(o.attnotnull, false) AS org_id_not_null,
            ARRAY(SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'c') AS checks,
            (SELECT coalesce(jsonb_object_agg(x.indexrelid::regclass::text, coalesce(first.attname, '(expression)')), '{}')
               FROM pg_index x LEFT JOIN pg_attribute first ON first.attrelid = c.oid AND first.attnum = x.indkey[0]
              WHERE x.indrelid = c.oid) AS indexes
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_attribute o ON o.attrelid = c.oid AND o.attname = 'org_id' AND NOT o.attisdropped
      WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p')
      ORDER BY name`,
    [SCHEMAS],
  );
  return rows;
}

/** What else could hold or show rows: views, materialized views, foreign tables, and schemas that are not ours. */
export async function readOtherPlaces(admin: pg.Client): Promise<{ relations: string[]; schemas: string[] }> {
  const { rows } = await admin.query<{ relations: string[]; schemas: string[] }>(
    `SELECT ARRAY(SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm', 'f')
                     AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)) AS relations,
            ARRAY(SELECT nspname::text FROM pg_namespace
                   WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL ($1)) AS schemas`,
    [SCHEMAS],
  );
  return rows[0] ?? { relations: [], schemas: [] };
}

/** A SECURITY DEFINER function of our schemas. */
export interface DefinerFunction {
  readonly signature: string;
  readonly search_path: string | null;
  readonly public_may_execute: boolean;
  readonly owner: string;
  readonly owner_bypasses: boolean;
}

export async function readDefinerFunctions(admin: pg.Client): Promise<DefinerFunction[]> {
  const { rows } = await admin.query<DefinerFunction>(
    `SELECT p.oid::regprocedure::text AS signature, r.rolname AS owner, r.rolsuper OR r.rolbypassrls AS owner_bypasses,
            (SELECT setting FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%') AS search_path,
            EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                     WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE') AS public_may_execute
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
      WHERE n.nspname = ANY ($1) AND p.prosecdef ORDER BY signature`,
    [SCHEMAS],
  );
  return rows;
}
