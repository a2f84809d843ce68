import { TaskRunner } from '../../src/jobs/task.runner.ts';
import { sql } from './test-database.ts';
import type { TestService } from './test-service.ts';

/** Gives every task a turn now and waits for its end; the service must be started with SYNC_WORKER on. */
export async function takeTurns({ app, database }: TestService): Promise<void> {
  const runner = app.get(TaskRunner);
  // The turn of the start, or of the clock, may be under way: what it has claimed already would not run again.
  await runner.wake();
  await sql(database.ownerUrl, 'DELETE FROM app.scheduled_tasks');
  await runner.wake();
}

/** The last error of a task; null: it succeeded, undefined: it never ran. */
export async function lastError({ database }: TestService, task: string): Promise<string | null | undefined> {
  const [row] = await sql<{ last_error: string | null }>(
    database.ownerUrl,
    'SELECT last_error FROM app.scheduled_tasks WHERE name = $1',
    [task],
  );
  return row?.last_error;
}

/** The partitions of the audit trail with what protects them, by name. */
export async function partitions({
  database,
}: TestService): Promise<Map<string, { pending: boolean; hardened: boolean }>> {
  const rows = await sql<{ name: string; pending: boolean; hardened: boolean }>(
    database.ownerUrl,
    `SELECT c.relname AS name, i.inhdetachpending AS pending,
            c.relrowsecurity AND c.relforcerowsecurity AND NOT EXISTS (
              SELECT FROM unnest(ARRAY['sync_app', 'sync_maintenance']) role, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) right_
               WHERE has_table_privilege(role, c.oid, right_)) AS hardened
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'public.sync_activity_log'::regclass ORDER BY 1`,
  );
  return new Map(rows.map(({ name, ...rest }) => [name, rest]));
}

/** `sync_activity_log_YYYY_MM` of the month `monthsAhead` months from now, by the database's clock. */
export async function partitionName({ database }: TestService, monthsAhead: number): Promise<string> {
  const [row] = await sql<{ name: string }>(
    database.ownerUrl,
    "SELECT app.activity_partition_name(date_trunc('month', now()) + make_interval(months => $1)) AS name",
    [monthsAhead],
  );
  return row?.name as string;
}

/** Makes a month's partition by hand, as the guide says to. */
export async function makeByHand({ database }: TestService, month: string): Promise<string> {
  const name = `sync_activity_log_${month.replace('-', '_')}`;
  await sql(
    database.ownerUrl,
    `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF sync_activity_log
       FOR VALUES FROM ('${month}-01') TO (date '${month}-01' + interval '1 month')`,
  );
  return name;
}
