import { sql } from './test-database.ts';

/**
 * What the catalogue says of the schemas app, auth and public, one line an object: two databases with equal lines have the
 * same tables, columns, constraints, indexes, policies, triggers, functions, grants, owners and comments.
 */
export async function schemaSnapshot(url: string): Promise<string[]> {
  const rows = await sql<{ line: string }>(url, SNAPSHOT);
  return rows.map(({ line }) => line);
}

/** A null acl means the built-in default; both spellings come out as the same sorted list. */
const grants = (acl: string, kind: string, owner: string) => `
  (SELECT string_agg(format('%s:%s%s', CASE g.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(g.grantee)::text END,
     g.privilege_type, CASE WHEN g.is_grantable THEN '*' END), ',' ORDER BY g.grantee::regrole::text, g.privilege_type)
     FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) AS g)`;

const SNAPSHOT = `
  WITH spaces AS (SELECT * FROM pg_namespace WHERE nspname IN ('app', 'auth', 'public')),
  relations AS (
    SELECT c.*, c.oid AS id, format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace),
  tables AS (SELECT * FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f')),
  lines (kind, name, definition) AS (
    SELECT 'schema', nspname::text, format('owner=%s grants=%s comment=%s', pg_get_userbyid(nspowner),
        ${grants('nspacl', 'n', 'nspowner')}, obj_description(oid, 'pg_namespace'))
      FROM spaces
    UNION ALL
    SELECT 'table', name, format('kind=%s owner=%s rls=%s forced=%s options=%s partition_of=%s bound=%s key=%s grants=%s comment=%s',
        relkind, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity, reloptions,
        (SELECT string_agg(inhparent::regclass::text, ',') FROM pg_inherits WHERE inhrelid = id),
        pg_get_expr(relpartbound, id), CASE relkind WHEN 'p' THEN pg_get_partkeydef(id) WHEN 'v' THEN pg_get_viewdef(id) END,
        ${grants('relacl', 'r', 'relowner')}, obj_description(id, 'pg_class'))
      FROM tables
    UNION ALL
    SELECT 'sequence', name, format('owner=%s grants=%s %s', pg_get_userbyid(relowner), ${grants('relacl', 's', 'relowner')},
        (SELECT format('%s from %s by %s to %s', seqtypid::regtype, seqstart, seqincrement, seqmax)
           FROM pg_sequence WHERE seqrelid = id))
      FROM relations WHERE relkind = 'S'
    UNION ALL
    SELECT 'column', t.name || '.' || a.attname, format('%s not_null=%s default=%s generated=%s identity=%s collation=%s grants=%s comment=%s',
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity,
        (SELECT collname FROM pg_collation WHERE oid = a.attcollation), ${grants('a.attacl', 'c', 't.relowner')},
        col_description(t.id, a.attnum))
      FROM tables t JOIN pg_attribute a ON a.attrelid = t.id AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT 'constraint', t.name || '.' || c.conname, format('%s validated=%s comment=%s', pg_get_constraintdef(c.oid),
        c.convalidated, obj_description(c.oid, 'pg_constraint'))
      FROM pg_constraint c JOIN tables t ON t.id = c.conrelid
    UNION ALL
    SELECT 'index', r.name, format('%s valid=%s options=%s', pg_get_indexdef(r.id), i.indisvalid, r.reloptions)
      FROM pg_index i JOIN relations r ON r.id = i.indexrelid
    UNION ALL
    SELECT 'policy', t.name || '.' || p.polname, format('%s %s to %s using %s check %s', p.polcmd,
        CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
        (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r)::text END, ',' ORDER BY r::regrole::text)
           FROM unnest(p.polroles) AS r),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
      FROM pg_policy p JOIN tables t ON t.id = p.polrelid
    UNION ALL
    SELECT 'trigger', t.name || '.' || g.tgname, format('%s enabled=%s', pg_get_triggerdef(g.oid), g.tgenabled)
      FROM pg_trigger g JOIN tables t ON t.id = g.tgrelid WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'function', f.oid::regprocedure::text, format('owner=%s grants=%s comment=%s %s', pg_get_userbyid(f.proowner),
        ${grants('f.proacl', 'f', 'f.proowner')}, obj_description(f.oid, 'pg_proc'),
        CASE WHEN f.prokind IN ('f', 'p') THEN pg_get_functiondef(f.oid) END)
      FROM pg_proc f JOIN spaces n ON n.oid = f.pronamespace
    UNION ALL
    SELECT 'type', format('%I.%I', n.nspname, y.typname), format('kind=%s owner=%s', y.typtype, pg_get_userbyid(y.typowner))
      FROM pg_type y JOIN spaces n ON n.oid = y.typnamespace WHERE y.typtype IN ('d', 'e', 'r') OR (y.typtype = 'c' AND
        (SELECT relkind FROM pg_class WHERE oid = y.typrelid) = 'c')
    UNION ALL
    SELECT 'default privileges', format('%s %s', defaclobjtype, defaclnamespace::regnamespace), defaclacl::text FROM pg_default_acl
    UNION ALL
    SELECT 'extension', extname::text, extversion FROM pg_extension)
  SELECT format('%s %s: %s', kind, name, definition) AS line FROM lines ORDER BY kind COLLATE "C", name COLLATE "C", definition`;
