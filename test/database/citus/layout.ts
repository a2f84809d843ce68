import { sql } from '../../support/test-database.ts';
import type { FunctionRow } from './sources.ts';
import type { Layout } from './statement.rules.ts';
import type { Volatility } from './volatility.ts';

/** What the rules need to know of a migrated database. */
export async function layoutOf(url: string, distributed: readonly string[]): Promise<Layout> {
  const functions = await sql<{ name: string; volatile: 'i' | 's' | 'v' }>(
    url,
    `SELECT CASE WHEN n.nspname IN ('app', 'auth', 'public') THEN n.nspname || '.' ELSE '' END || p.proname AS name, max(p.provolatile) AS volatile
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname IN ('app', 'auth', 'public', 'pg_catalog') GROUP BY 1`,
  );
  const times = await sql<{ name: string }>(
    url,
    `SELECT DISTINCT a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.atttypid IN ('timestamptz'::regtype, 'interval'::regtype)`,
  );
  const kinds: Record<'i' | 's' | 'v', Volatility> = { i: 'immutable', s: 'stable', v: 'volatile' };
  return {
    distributed: new Set(distributed),
    functions: new Map(functions.map(({ name, volatile }) => [name, kinds[volatile]])),
    times: new Set(times.map(({ name }) => name)),
    variables: new Set(),
  };
}

/** The functions that our SQL files define. */
export const functionsOf = (url: string): Promise<FunctionRow[]> =>
  sql<FunctionRow>(
    url,
    `SELECT n.nspname || '.' || p.proname AS name, l.lanname AS language, pg_get_functiondef(p.oid) AS definition, p.prosrc AS body,
            coalesce(p.proargnames, '{}') AS names
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
      WHERE n.nspname IN ('app', 'auth') OR n.nspname = 'public' AND p.proname = 'auto_cleanup_preview_cache'
      ORDER BY 1`,
  );
