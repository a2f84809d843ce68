/** A role as it is meant: the owner's name is the provider's choice. */
const role = (oid: string) =>
  `CASE ${oid} WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(${oid})::text END`;

const ROLES = `('sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup')`;

/** What our roles and everybody may do; what an operator has granted to a role of their own is their business. */
const grants = (acl: string, kind: string, owner: string) => `
  (SELECT string_agg(${role('g.grantee')} || ' ' || g.privilege_type, ',' ORDER BY ${role('g.grantee')}, g.privilege_type)
     FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) AS g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ${ROLES})`;

/** Versions of Postgres put brackets, spaces and casts into an expression as they like. */
const expression = (tree: string, table: string) =>
  `regexp_replace(pg_get_expr(${tree}, ${table}), '[()[:space:]]|::[a-z]+', '', 'g')`;

/**
 * One row for each kind of thing that row-level security and the service rest on, and a hash of all of that kind: the same on every version
 * of Postgres, under every name of the owner, and with other people's tables beside ours. Partitions are left out: they come and go; and so are the
 * shards of a distributed Postgres, sync_runs_102040, whose policies that makes.
 */
export const FINGERPRINT = `
  WITH mine AS (SELECT relowner AS owner FROM pg_class WHERE oid = to_regclass('public.sync_progress')),
  spaces AS (SELECT oid, nspname, nspacl, nspowner FROM pg_namespace WHERE nspname IN ('app', 'auth', 'public')),
  tables AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity
      FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND (n.nspname <> 'public' OR c.relname ~ '^(sync_(?!activity_log_)|idempotency_keys$)' AND c.relname !~ '_[0-9]{6,}$')),
  -- What the SQL files have defined, as they name it.
  objects AS (SELECT unnest(f.objects) AS name FROM app.sql_files f),
  functions AS (
    SELECT o.name, p.* FROM pg_proc p JOIN spaces n ON n.oid = p.pronamespace
      JOIN objects o ON o.name = format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))),
  triggers AS (
    SELECT o.name, g.* FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN spaces n ON n.oid = c.relnamespace
      JOIN objects o ON o.name = format('TRIGGER %I ON %I.%I', g.tgname, n.nspname, c.relname)),
  facts (kind, fact) AS (
    SELECT 'roles', concat_ws('|', r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
        (SELECT string_agg(pg_get_userbyid(m.roleid)::text, ',' ORDER BY pg_get_userbyid(m.roleid)::text)
           FROM pg_auth_members m WHERE m.member = r.oid))
      FROM pg_roles r WHERE r.rolname IN ${ROLES}
    UNION ALL
    SELECT 'owners', concat_ws('|', t.name, ${role('t.relowner')}) FROM tables t
    UNION ALL
    SELECT 'row-level security', concat_ws('|', t.name, t.relrowsecurity, t.relforcerowsecurity) FROM tables t
    UNION ALL
    SELECT 'policies', concat_ws('|', t.name, p.polname, p.polcmd, p.polpermissive,
        (SELECT string_agg(${role('r')}, ',' ORDER BY ${role('r')}) FROM unnest(p.polroles) AS r),
        coalesce(${expression('p.polqual', 'p.polrelid')}, '-'), coalesce(${expression('p.polwithcheck', 'p.polrelid')}, '-'))
      FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
    UNION ALL
    SELECT 'grants', concat_ws('|', t.name, ${grants('t.relacl', 'r', 't.relowner')}) FROM tables t
    UNION ALL
    SELECT 'grants', concat_ws('|', t.name, a.attname, ${grants('a.attacl', 'c', 't.relowner')})
      FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    -- Versions and providers differ in what everybody may do in public.
    SELECT 'grants', concat_ws('|', n.nspname, ${grants('n.nspacl', 'n', 'n.nspowner')}) FROM spaces n WHERE n.nspname <> 'public'
    UNION ALL
    SELECT 'functions', concat_ws('|', f.name, ${role('f.proowner')}, f.prosecdef, f.provolatile, f.proconfig::text, md5(f.prosrc),
        ${grants('f.proacl', 'f', 'f.proowner')})
      FROM functions f
    UNION ALL
    SELECT 'triggers', concat_ws('|', g.name, g.tgenabled, g.tgtype, g.tgfoid::regprocedure) FROM triggers g)
  SELECT kind, md5(string_agg(fact, E'\\n' ORDER BY fact COLLATE "C")) AS hash FROM facts GROUP BY kind`;
