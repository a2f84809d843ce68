import { sql } from '../../support/test-database.ts';
import { parseAll } from './sources.ts';
import { all } from './syntax.ts';

/** What Citus refuses of a table when it is distributed by `org_id`: as it was seen on a real Citus 13.2. */
export const SCHEMA_RULES = {
  'policy-subselect': 'Subqueries are not supported in policies on distributed tables',
  'key-without-organization':
    'cannot create constraint: a unique key of a distributed table includes its distribution column',
  'foreign-key-without-organization':
    'a foreign key of a distributed table includes org_id, or points to a reference table',
} as const;
type SchemaRule = keyof typeof SCHEMA_RULES;

export interface SchemaFinding {
  readonly rule: SchemaRule;
  /** `public.sync_runs: maintenance_sees_runs`. */
  readonly place: string;
}

/** The tables that a distributed database spreads: whose rows belong to organizations and are reached once that is known. */
export async function distributedTables(url: string): Promise<string[]> {
  const rows = await sql<{ name: string }>(
    url,
    `SELECT 'public.' || c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

export async function schemaFindings(url: string, distributed: readonly string[]): Promise<SchemaFinding[]> {
  const policies = await sql<{ place: string; expression: string }>(
    url,
    `SELECT p.polrelid::regclass || ': ' || p.polname AS place, e.expression
       FROM pg_policy p CROSS JOIN LATERAL (VALUES (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) AS e (expression)
      WHERE p.polrelid = ANY ('{${distributed.join(',')}}'::regclass[]) AND e.expression IS NOT NULL`,
  );
  const keys = await sql<{ place: string }>(
    url,
    `SELECT i.indrelid::regclass || ': ' || i.indexrelid::regclass AS place FROM pg_index i
      WHERE i.indisunique AND i.indrelid = ANY ('{${distributed.join(',')}}'::regclass[])
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'org_id' AND a.attnum = ANY (i.indkey))`,
  );
  const references = await sql<{ place: string }>(
    url,
    `SELECT c.conrelid::regclass || ': ' || c.conname AS place FROM pg_constraint c
      WHERE c.contype = 'f' AND (c.conrelid = ANY ('{${distributed.join(',')}}'::regclass[]) OR c.confrelid = ANY ('{${distributed.join(',')}}'::regclass[]))
        AND NOT (c.conrelid = ANY ('{${distributed.join(',')}}'::regclass[]) AND c.confrelid = ANY ('{${distributed.join(',')}}'::regclass[])
          AND EXISTS (SELECT FROM unnest(c.conkey, c.confkey) AS k (own, other)
                        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own AND a.attname = 'org_id'
                        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.other AND b.attname = 'org_id'))`,
  );
  const found: SchemaFinding[] = [
    ...policies
      .filter(({ expression }) => all(parseAll(`SELECT ${expression}`), 'SubLink').length > 0)
      .map(({ place }) => ({ rule: 'policy-subselect' as const, place })),
    ...keys.map(({ place }) => ({ rule: 'key-without-organization' as const, place })),
    ...references.map(({ place }) => ({ rule: 'foreign-key-without-organization' as const, place })),
  ];
  return [...new Map(found.map((each) => [`${each.rule} ${each.place}`, each])).values()];
}
