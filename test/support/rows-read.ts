import type pg from 'pg';
import type { Statement } from '../../src/database/database.ts';

/**
 * The rows of an organization's statement, and how many rows of tables Postgres read for them, which a plan that goes through a whole
 * history cannot hide. The client is the service's role, since row-level security decides which conditions an index may serve. Nothing is
 * stored. The name of a table is a pattern of LIKE; by default all count.
 */
export async function rowsRead<Row extends object>(
  app: pg.Client,
  orgId: string,
  { text, values }: Statement,
  tables: readonly string[] = ['%'],
): Promise<{ rows: Row[]; read: number }> {
  const counted = async () => {
    const { rows } = await app.query<{ rows: number }>(
      `SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::integer AS rows
         FROM pg_stat_xact_user_tables WHERE schemaname = 'public' AND relname LIKE ANY ($1)`,
      [tables],
    );
    return rows[0]?.rows ?? 0;
  };
  await app.query('BEGIN');
  try {
    await app.query('SELECT app.set_org($1)', [orgId]);
    const before = await counted();
    const { rows } = await app.query<Row>(text, values as unknown[]);
    return { rows, read: (await counted()) - before };
  } finally {
    await app.query('ROLLBACK');
  }
}
